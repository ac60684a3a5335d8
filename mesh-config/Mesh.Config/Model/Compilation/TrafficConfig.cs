using System.Collections.Immutable;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Security;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// The Istio configuration that proxies of one cluster follow: that of all clusters, where an object of the own cluster
/// hides those of the same kind, namespace and name elsewhere. So a mesh with one primary works and so does one in which
/// every cluster carries its copy. Each list is in Istio's order: creation time, name, namespace.
/// </summary>
internal sealed class TrafficConfig(MeshReader index, string cluster)
{
    public MeshDefaults Settings =>
        index.Fact("settings", cluster, reader => MeshDefaultsReader.Read(reader, cluster));

    public ClusterLocalHosts ClusterLocal => index.Fact("cluster-local", cluster, reader =>
        new ClusterLocalHosts(new TrafficConfig(reader, cluster).Settings.ClusterLocal, reader.Options));

    public ImmutableArray<Gateway> Gateways => All<Gateway>();
    public ImmutableArray<VirtualService> VirtualServices => All<VirtualService>();

    /// <summary>Of a namespace, those whose host may cover <paramref name="host"/>: the caller still compares.</summary>
    public ImmutableArray<DestinationRule> DestinationRulesFor(string host, string objectNamespace) =>
        ForHost<DestinationRule>(host, objectNamespace);

    /// <summary>Those with a host that may cover <paramref name="host"/>: the caller still compares.</summary>
    public ImmutableArray<VirtualService> VirtualServicesFor(string host) => ForHost<VirtualService>(host, "");

    /// <summary>Those with just this host, in lower case and complete.</summary>
    public ImmutableArray<VirtualService> VirtualServicesOf(string host) => WithKey<VirtualService>(IndexKeys.Host(host));

    /// <summary>Those with a host that has a wildcard.</summary>
    public ImmutableArray<VirtualService> WildVirtualServices => WithKey<VirtualService>(IndexKeys.AnyHost);

    /// <summary>Those with tls or tcp rules.</summary>
    public ImmutableArray<VirtualService> ConnectionVirtualServices => WithKey<VirtualService>(IndexKeys.Connections);

    /// <summary>Null when there is none.</summary>
    public VirtualService? VirtualServiceNamed(string objectNamespace, string name)
    {
        var found = Effective(index.WithKey<VirtualService>("", objectNamespace, IndexKeys.Name(name)));
        return found.IsEmpty ? null : found[0];
    }

    public ImmutableArray<GatewayApiGateway> ApiGateways => All<GatewayApiGateway>();
    public ImmutableArray<GatewayApiHttpRoute> HttpRoutes => All<GatewayApiHttpRoute>();
    public ImmutableArray<GatewayApiGrpcRoute> GrpcRoutes => All<GatewayApiGrpcRoute>();
    public ImmutableArray<GatewayApiTlsRoute> TlsRoutes => All<GatewayApiTlsRoute>();

    public ImmutableArray<ReferenceGrant> ReferenceGrantsIn(string objectNamespace) =>
        index.SetIn<ReferenceGrant>(objectNamespace).Derived<ReferenceGrant>(cluster, Effective);

    /// <summary>Of a GatewayClass; the name of Istio's own class says enough without the object.</summary>
    public string ControllerOf(string gatewayClass) =>
        All<GatewayClass>().FirstOrDefault(known => known.Metadata.Name == gatewayClass)?.Spec.ControllerName
        ?? (gatewayClass == "istio" ? "istio.io/gateway-controller" : "");

    /// <summary>Of the own cluster's Namespace.</summary>
    public ImmutableSortedDictionary<string, string> NamespaceLabels(string name)
    {
        var labels = index.Find<Namespace>(cluster, "", name)?.Metadata.Labels ?? ImmutableSortedDictionary<string, string>.Empty;
        // Kubernetes sets it on every Namespace; files seldom do.
        return labels.SetItem("kubernetes.io/metadata.name", name);
    }

    /// <summary>Selector of a Service of the own cluster, null when there is none.</summary>
    public ImmutableSortedDictionary<string, string>? ServiceSelector(string objectNamespace, string name) =>
        index.Find<Service>(cluster, objectNamespace, name)?.Spec.Selector;

    /// <summary>Of the own cluster; null when there is none.</summary>
    public Secret? SecretNamed(string objectNamespace, string name) => index.Find<Secret>(cluster, objectNamespace, name);

    /// <summary>Null: the proxy sees all that is exported to its namespace.</summary>
    public Sidecar? SidecarOf(ProxyScope scope) => scope.Type != ProxyType.Sidecar
        ? null
        : Sidecars.Choose(SidecarsIn(scope.Namespace), SidecarsIn(index.Options.RootNamespace), scope);

    /// <summary>What the VirtualServices imported by a Sidecar lead to, as <see cref="EgressImports.Destination"/> writes it.</summary>
    public IEnumerable<string> DestinationsOf(Sidecar sidecar, string clientNamespace) =>
        // As one text, so that a changed VirtualService that leads to the same hosts changes nothing.
        index.Fact($"imported {sidecar.Subject} for {clientNamespace}", cluster, reader =>
            {
                // The Sidecar is read again: the fact must not outlive the one that it was computed of.
                var config = new TrafficConfig(reader, cluster);
                var meta = sidecar.Metadata;
                return config.SidecarsIn(meta.Namespace).FirstOrDefault(known => known.Metadata.Name == meta.Name) is { } present
                    ? string.Join('\n', new EgressImports(present, clientNamespace)
                        .Destinations(config.VirtualServices, config.HttpRulesOf, reader.Options.ClusterDomain))
                    : "";
            })
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Rules of a VirtualService with hosts, where those that delegate are replaced by the delegate's.</summary>
    public IEnumerable<HttpRuleInForce> HttpRulesOf(VirtualService source)
    {
        return Delegates.Expand(source, index.Options.ClusterDomain, FindDelegate);

        // The delegate must be there, be one (no hosts), and be exported to the root's namespace.
        VirtualService? FindDelegate(string space, string name) =>
            VirtualServiceNamed(space, name) is { } found
            && found.Spec.Hosts.IsEmpty
            && Visibility.Exports(
                found.Spec.ExportTo, Settings.DefaultVirtualServiceExportTo, space, source.Metadata.Namespace)
                ? found
                : null;
    }

    private ImmutableArray<Sidecar> SidecarsIn(string objectNamespace) =>
        index.SetIn<Sidecar>(objectNamespace).Derived<Sidecar>(cluster, Effective);

    public ImmutableArray<PeerAuthentication> PeerAuthenticationsIn(string objectNamespace) =>
        AllIn<PeerAuthentication>(objectNamespace);

    public ImmutableArray<RequestAuthentication> RequestAuthenticationsIn(string objectNamespace) =>
        AllIn<RequestAuthentication>(objectNamespace);

    public ImmutableArray<AuthorizationPolicy> AuthorizationPoliciesIn(string objectNamespace) =>
        AllIn<AuthorizationPolicy>(objectNamespace);

    private ImmutableArray<T> All<T>() where T : MeshObject => index.SetOf<T>().Derived<T>(cluster, Effective);

    private ImmutableArray<T> AllIn<T>(string objectNamespace) where T : MeshObject =>
        index.SetIn<T>(objectNamespace).Derived<T>(cluster, Effective);

    private ImmutableArray<T> ForHost<T>(string host, string objectNamespace) where T : MeshObject
    {
        var exact = index.WithKey<T>("", objectNamespace, IndexKeys.Host(host));
        var wild = index.WithKey<T>("", objectNamespace, IndexKeys.AnyHost);
        if (exact.IsEmpty && wild.IsEmpty) return [];
        // What hides an object has the same name, but maybe another host.
        return InOrder(exact.Concat(wild).Where(IsEffective).Select(entry => entry.Object).Distinct<T>(ReferenceEqualityComparer.Instance));
    }

    private ImmutableArray<T> WithKey<T>(string key) where T : MeshObject
    {
        var found = index.WithKey<T>("", "", key);
        return found.IsEmpty ? [] : InOrder(found.Where(IsEffective).Select(entry => entry.Object));
    }

    private bool IsEffective<T>((string Cluster, T Object) entry) where T : MeshObject
    {
        if (entry.Cluster == cluster) return true;
        var meta = entry.Object.Metadata;
        var named = index.WithKey<T>("", meta.Namespace, IndexKeys.Name(meta.Name));
        return named[0].Cluster == entry.Cluster && !named.Any(other => other.Cluster == cluster);
    }

    private ImmutableArray<T> Effective<T>(ImmutableArray<(string Cluster, T Object)> entries) where T : MeshObject =>
        InOrder(entries
            .OrderBy(entry => entry.Cluster == cluster ? 0 : 1)
            .DistinctBy(entry => (entry.Object.Metadata.Namespace, entry.Object.Metadata.Name))
            .Select(entry => entry.Object));

    private static ImmutableArray<T> InOrder<T>(IEnumerable<T> objects) where T : MeshObject =>
    [
        .. objects
            .OrderBy(value => value.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
            .ThenBy(value => value.Metadata.Name, StringComparer.Ordinal)
            .ThenBy(value => value.Metadata.Namespace, StringComparer.Ordinal),
    ];
}
