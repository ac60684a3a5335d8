using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// The services whose traffic this workload takes, and the application port behind each of their ports. Made anew for
/// every state of the mesh.
/// </summary>
public sealed class InboundTargets
{
    private readonly AgentSettings settings;
    private readonly MeshState state;
    private readonly string address;
    private readonly Lazy<ImmutableHashSet<string>> selecting;

    public InboundTargets(AgentSettings settings, MeshState state)
    {
        this.settings = settings;
        this.state = state;
        address = settings.WorkloadAddress.ToString();
        selecting = new Lazy<ImmutableHashSet<string>>(ServicesSelectingThis);
    }

    /// <summary>
    /// PeerAuthentication's word on a target's port. Permission that comes from no policy counts for nothing while a policy may
    /// be in configuration that cannot be read.
    /// </summary>
    public MtlsMode ModeOf(InboundTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var mode = state.View.InboundMtls(target.AppPort);
        return mode == MtlsMode.Permissive && state.MayLackPolicy ? MtlsMode.Strict : mode;
    }

    /// <summary>
    /// What holds for a connection in plain text before it has named a service: strict when every port of this workload is.
    /// </summary>
    public MtlsMode ModeOfPlainText()
    {
        var modes = state.View.Upstreams.Where(upstream => IsOurs(upstream.Key))
            .Select(upstream => Resolve(upstream.Key, out _)).OfType<InboundTarget>().Select(ModeOf).ToList();
        return modes.TrueForAll(mode => mode == MtlsMode.Strict) ? MtlsMode.Strict : MtlsMode.Permissive;
    }

    /// <summary>Null with the reason when this workload does not take traffic for <paramref name="service"/>.</summary>
    public InboundTarget? Resolve(UpstreamKey service, out string refusal)
    {
        ArgumentNullException.ThrowIfNull(service);
        refusal = "";
        if (state.View.FindServicePort(service.Host, service.Port) is not { } port)
        {
            refusal = $"no service has host {service.Host} and port {service.Port}";
            return null;
        }

        if (!IsOurs(service))
        {
            refusal = $"{service.Host} is not a service of this workload {address}";
            return null;
        }

        var appPort = AppPort(port);
        var elsewhere = settings.Inbound.FirstOrDefault(inbound => inbound.AppPort == appPort)?.Target;
        return new InboundTarget(service, appPort, elsewhere ?? new IPEndPoint(settings.AppAddress, appPort), port.Protocol);
    }

    /// <summary>
    /// The template of the WorkloadGroup, then the Service's target port, then its own number. A target port that is the
    /// agent's inbound port says where callers dial, not where the application is.
    /// </summary>
    private int AppPort(ServicePortInfo port)
    {
        if (state.Group?.Spec.Template?.Ports.TryGetValue(port.Name, out var fromTemplate) == true) return fromTemplate;
        return port.TargetPort != 0 && port.TargetPort != settings.InboundPort ? port.TargetPort : port.Port;
    }

    private bool IsOurs(UpstreamKey service) =>
        selecting.Value.Contains(service.Host)
        || state.View.FindUpstream(new UpstreamKey(service.Host, service.Port))?.Endpoints
            .Any(endpoint => !endpoint.IsGateway && endpoint.Address == address) == true;

    private ImmutableHashSet<string> ServicesSelectingThis()
    {
        var services = state.Snapshot.Objects<Service>()
            .Select(item => item.Object)
            .Where(service => service.Metadata.Namespace == settings.Namespace && Selects(service.Spec.Selector))
            .Select(service => $"{service.Metadata.Name}.{service.Metadata.Namespace}.svc.{ClusterDomain}");
        var entries = state.Snapshot.Objects<ServiceEntry>()
            .Select(item => item.Object)
            .Where(entry => entry.Metadata.Namespace == settings.Namespace && Selects(entry.Spec.WorkloadSelector?.Labels))
            .SelectMany(entry => entry.Spec.Hosts);
        return services.Concat(entries).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The DNS domain of Kubernetes services; Istio's default, unlike the trust domain not configurable here yet.</summary>
    private const string ClusterDomain = "cluster.local";

    private bool Selects(ImmutableSortedDictionary<string, string>? selector) =>
        selector is { Count: > 0 } && selector.All(pair => state.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
