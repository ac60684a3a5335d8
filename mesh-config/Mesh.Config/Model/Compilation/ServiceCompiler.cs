using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// Makes services of Services and ServiceEntries. Services of one name and namespace in several clusters are one service
/// (namespace sameness) with the endpoints of all.
/// </summary>
/// <remarks>Source: istio pilot/pkg/serviceregistry/kube/controller and pilot/pkg/serviceregistry/serviceentry.</remarks>
internal sealed class ServiceCompiler
{
    private readonly string _host;
    private readonly MeshReader _index;
    private readonly WorkloadFacts _facts;
    private readonly MeshModelOptions _options;
    private readonly List<Diagnostic> _diagnostics;
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ServiceBuilder> _services = new(StringComparer.Ordinal);

    private ServiceCompiler(string host, MeshReader index, List<Diagnostic> diagnostics)
    {
        _host = host;
        _index = index;
        _diagnostics = diagnostics;
        _options = index.Options;
        _facts = new WorkloadFacts(index);
    }

    /// <summary>The service of a host; null when nothing declares it.</summary>
    /// <param name="host">In lower case.</param>
    public static CompiledService? Compile(string host, MeshReader index, List<Diagnostic> diagnostics)
    {
        var compiler = new ServiceCompiler(host, index, diagnostics);
        foreach (var (cluster, service) in index.OfHost<Service>(host)) compiler.AddService(cluster, service);
        foreach (var (cluster, entry) in index.OfHost<ServiceEntry>(host)) compiler.AddServiceEntry(cluster, entry);
        return compiler._services.Count == 0
            ? null
            : SameHost.Combine(compiler._services.Values.Select(builder => builder.Build()));
    }

    private ServiceBuilder Builder(string serviceNamespace)
    {
        if (!_services.TryGetValue(serviceNamespace, out var builder))
            _services.Add(serviceNamespace, builder = new ServiceBuilder(_host, serviceNamespace));
        return builder;
    }

    private void AddService(string cluster, Service service)
    {
        var (name, space) = (service.Metadata.Name, service.Metadata.Namespace);
        var builder = Builder(space);
        var traits = ServiceDescriptions.Of(service, NamespaceOf(cluster, space));
        builder.Describe(traits);
        foreach (var port in service.Spec.Ports)
        {
            var protocol = Protocols.OfServicePort(port.Name, port.Port, port.Protocol, port.AppProtocol);
            builder.AddPort(new ServicePortInfo(port.Name, port.Port, NumericTarget(port), protocol));
        }

        if (traits.AliasOf.Length > 0)
        {
            // Used when the mesh knows no service of that name: the DNS of the network does.
            foreach (var port in service.Spec.Ports)
                builder.AddEndpoint(port.Port, new MeshEndpoint
                {
                    Address = traits.AliasOf,
                    Port = port.Port,
                    Cluster = cluster,
                    Namespace = space,
                });
            return;
        }

        var slices = PodAddresses.InOrder(_index.SlicesOf(cluster, space, name), service).ToArray();
        foreach (var slice in slices) AddSlice(builder, cluster, service, slice);
        if (service.Spec.Selector.IsEmpty) return;
        // Kubernetes itself makes a slice for a Service with selector: files that leave it out mean the Pods.
        if (slices.Length == 0)
            foreach (var (home, pod) in _index.Candidates<Pod>(space, service.Spec.Selector))
                if (home == cluster && LabelMatch.Selects(service.Spec.Selector, pod.Metadata.Labels))
                    AddPod(builder, cluster, service, pod);
        foreach (var (home, entry) in _index.Candidates<WorkloadEntry>(space, service.Spec.Selector))
            if (home == cluster && LabelMatch.Selects(service.Spec.Selector, WorkloadFacts.LabelsOf(entry)))
                AddWorkloadEntry(builder, cluster, service, entry);
    }

    private static int NumericTarget(ServicePort port) =>
        port.TargetPort.Length == 0 ? port.Port
        : int.TryParse(port.TargetPort, out var number) ? number == 0 ? port.Port : number
        : 0;

    private void AddSlice(ServiceBuilder builder, string cluster, Service service, EndpointSlice slice)
    {
        foreach (var endpoint in slice.Endpoints)
        {
            if (ServiceDescriptions.HealthOf(service, endpoint.Conditions) is not { } health) continue;
            var pod = PodOf(cluster, service, slice, endpoint);
            if (pod is null && endpoint.TargetRef?.Kind == "Pod") continue;
            var template = TemplateOf(cluster, service.Metadata.Namespace, pod, endpoint.NodeName, endpoint.Zone) with
            {
                Health = health,
                Hostname = endpoint.Hostname.Length > 0 ? endpoint.Hostname : PodNames.HostnameOf(pod, service),
            };
            foreach (var slicePort in slice.Ports)
            {
                var servicePort = service.Spec.Ports.FirstOrDefault(port => port.Name == slicePort.Name);
                if (servicePort is null || slicePort.Port is not { } number) continue;
                foreach (var address in endpoint.Addresses)
                    Add(builder, servicePort.Port, template with { Address = address, Port = number });
            }
        }
    }

    private Pod? PodOf(string cluster, Service service, EndpointSlice slice, SliceEndpoint endpoint)
    {
        if (endpoint.TargetRef is not { Kind: "Pod" } reference) return null;
        var space = reference.Namespace.Length > 0 ? reference.Namespace : slice.Metadata.Namespace;
        var pod = _index.Find<Pod>(cluster, space, reference.Name);
        if (pod is null)
            Warn("PodMissing", slice,
                $"endpoint {string.Join(", ", endpoint.Addresses)} of {service.Subject} refers to Pod {space}/{reference.Name}, which is not in cluster {cluster}: its identity is unknown, so it is left out until the Pod is there");
        return pod;
    }

    private void AddPod(ServiceBuilder builder, string cluster, Service service, Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null || pod.Status?.Phase is "Succeeded" or "Failed") return;
        var addresses = PodAddresses.Of(pod, service);
        if (addresses.IsEmpty) return;
        var ready = pod.Status!.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status;
        var template = TemplateOf(cluster, pod.Metadata.Namespace, pod, "", "") with
        {
            Health = ready == "False" && !service.Spec.PublishNotReadyAddresses
                ? EndpointHealth.Unhealthy
                : EndpointHealth.Healthy,
            Hostname = PodNames.HostnameOf(pod, service),
        };
        foreach (var port in service.Spec.Ports)
            if (WorkloadFacts.ResolveTargetPort(port.TargetPort, port.Port, pod) is { } number)
                foreach (var address in addresses)
                    Add(builder, port.Port, template with { Address = address, Port = number });
    }

    private MeshEndpoint TemplateOf(string cluster, string space, Pod? pod, string nodeName, string zone)
    {
        var labels = pod?.Metadata.Labels ?? ImmutableSortedDictionary<string, string>.Empty;
        var node = pod?.Spec.NodeName is { Length: > 0 } podNode ? podNode : nodeName;
        return new MeshEndpoint
        {
            Address = "",
            Port = 0,
            Network = _facts.NetworkOf(cluster, labels),
            Cluster = cluster,
            Locality = _facts.LocalityOf(cluster, labels, node, zone),
            AcceptsMtls = WorkloadFacts.AcceptsMtls(labels),
            Namespace = pod?.Metadata.Namespace ?? space,
            ServiceAccount = pod is null ? "" : pod.Spec.ServiceAccountName is { Length: > 0 } account ? account : "default",
            Workload = pod?.Metadata.Name ?? "",
            NodeName = node,
            Labels = labels,
        };
    }

    private void AddWorkloadEntry(ServiceBuilder builder, string cluster, Service service, WorkloadEntry entry)
    {
        if (!WorkloadFacts.IsServing(entry)) return;
        var template = TemplateOf(cluster, entry);
        foreach (var port in service.Spec.Ports)
        {
            var named = port.TargetPort.Length > 0 && !port.TargetPort.All(char.IsAsciiDigit);
            if (entry.Spec.Ports.TryGetValue(named ? port.TargetPort : port.Name, out var number))
                Add(builder, port.Port, template with { Port = number });
            else if (!named)
                Add(builder, port.Port, template with { Port = NumericTarget(port) });
        }
    }

    private MeshEndpoint TemplateOf(string cluster, WorkloadEntry entry) =>
        TemplateOf(cluster, entry.Metadata.Namespace, entry.Metadata.Name, entry.Spec) with { Labels = WorkloadFacts.LabelsOf(entry) };

    private MeshEndpoint TemplateOf(string cluster, string space, string name, WorkloadEntrySpec spec) => new()
    {
        Address = spec.Address,
        Port = 0,
        Network = _facts.NetworkOf(cluster, spec),
        Cluster = cluster,
        Locality = WorkloadFacts.LocalityOf(spec),
        Weight = Math.Max(1, spec.Weight),
        AcceptsMtls = WorkloadFacts.AcceptsMtls(spec),
        Namespace = space,
        ServiceAccount = spec.ServiceAccount,
        Workload = name,
        Labels = spec.Labels,
    };

    private void AddServiceEntry(string cluster, ServiceEntry entry)
    {
        var builder = Builder(entry.Metadata.Namespace);
        builder.Describe(ServiceDescriptions.Of(entry, NamespaceOf(cluster, entry.Metadata.Namespace)));
        builder.AddSubjectAltNames(entry.Spec.SubjectAltNames);
        foreach (var port in entry.Spec.Ports)
        {
            var protocol = Protocols.Parse(port.Protocol) ?? ServiceProtocol.Tcp;
            builder.AddPort(new ServicePortInfo(port.Name, port.Number, port.TargetPort ?? port.Number, protocol));
            foreach (var endpoint in EndpointsOf(cluster, entry, port)) Add(builder, port.Number, endpoint);
        }
    }

    private IEnumerable<MeshEndpoint> EndpointsOf(string cluster, ServiceEntry entry, ServiceEntryPort port)
    {
        var spec = entry.Spec;
        if (spec.WorkloadSelector is { } selector) return SelectedBy(entry.Metadata.Namespace, selector, port);
        if (!spec.Endpoints.IsEmpty)
            return spec.Endpoints.Select(endpoint =>
                TemplateOf(cluster, entry.Metadata.Namespace, "", endpoint) with { Port = PortOf(endpoint, port) });
        // Without endpoints a DNS entry means the host itself.
        return spec.Resolution is ServiceEntryResolution.Dns or ServiceEntryResolution.DnsRoundRobin
            ? [new MeshEndpoint { Address = _host, Port = port.TargetPort ?? port.Number, Cluster = cluster, Namespace = entry.Metadata.Namespace }]
            : [];
    }

    private IEnumerable<MeshEndpoint> SelectedBy(string space, WorkloadSelector selector, ServiceEntryPort port)
    {
        foreach (var (cluster, workload) in _index.Candidates<WorkloadEntry>(space, selector.Labels))
        {
            if (LabelMatch.Selects(selector.Labels, WorkloadFacts.LabelsOf(workload))
                && WorkloadFacts.IsServing(workload))
                yield return TemplateOf(cluster, workload) with { Port = PortOf(workload.Spec, port) };
        }

        foreach (var (cluster, pod) in _index.Candidates<Pod>(space, selector.Labels))
        {
            if (!LabelMatch.Selects(selector.Labels, pod.Metadata.Labels)) continue;
            if (pod.Metadata.DeletionTimestamp is not null || pod.Status is not { PodIP.Length: > 0 } status) continue;
            // A Pod that a ServiceEntry selects counts only while it is ready.
            if (status.Conditions.Any(condition => condition is { Type: "Ready", Status: "False" })) continue;
            yield return TemplateOf(cluster, space, pod, "", "") with
            {
                Address = status.PodIP,
                Port = port.TargetPort ?? port.Number,
                Health = EndpointHealth.Healthy,
            };
        }
    }

    private ObjectMeta? NamespaceOf(string cluster, string name) =>
        _index.Find<Namespace>(cluster, "", name)?.Metadata;

    private static int PortOf(WorkloadEntrySpec endpoint, ServiceEntryPort port) =>
        endpoint.Ports.TryGetValue(port.Name, out var number) ? number : port.TargetPort ?? port.Number;

    private void Add(ServiceBuilder builder, int servicePort, MeshEndpoint endpoint)
    {
        if (endpoint.Network.Length == 0 && !builder.MeshExternal)
            endpoint = endpoint with { Network = NetworkBySettings(endpoint) };
        builder.AddEndpoint(servicePort, endpoint);
        // An external service is known by its subjectAltNames only.
        if (endpoint.ServiceAccount.Length > 0 && !builder.MeshExternal)
            builder.AddIdentity($"spiffe://{_options.TrustDomain}/ns/{endpoint.Namespace}/sa/{endpoint.ServiceAccount}");
    }

    private string NetworkBySettings(MeshEndpoint endpoint)
    {
        var found = _facts.NetworksBySettings(endpoint.Cluster, endpoint.Address).ToArray();
        if (found.Length > 1 && _ambiguous.Add(string.Join(", ", found)))
            _diagnostics.Add(new Diagnostic(
                Severity.Warning, "NetworkAmbiguous",
                $"endpoint {endpoint.Address} of {_host} is in ranges of the networks {string.Join(", ", found)}: {found[0]} counts; make the ranges of meshNetworks disjoint",
                SourceLocation.None));
        return found.Length > 0 ? found[0] : "";
    }

    private void Warn(string code, MeshObject about, string message) =>
        _diagnostics.Add(new Diagnostic(Severity.Warning, code, message, about.Location, about.Subject));
}
