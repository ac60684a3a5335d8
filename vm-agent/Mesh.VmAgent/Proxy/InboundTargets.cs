using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Policy.Compilation;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Policy;
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
    private readonly Lazy<PlainTargets> plain;

    public InboundTargets(AgentSettings settings, MeshState state)
    {
        this.settings = settings;
        this.state = state;
        address = settings.WorkloadAddress.ToString();
        selecting = new Lazy<ImmutableHashSet<string>>(ServicesSelectingThis);
        plain = new Lazy<PlainTargets>(() => new PlainTargets(
            state.View.Upstreams.Where(upstream => IsOurs(upstream.Key))
                .Select(upstream => Resolve(upstream.Key, out _)).OfType<InboundTarget>()
                .Where(target => target.Protocol != ServiceProtocol.Udp)
                .Select(target => (target, ModeOf(target)))));
    }

    /// <summary>Places of this workload that do not require mTLS.</summary>
    public PlainTargets Plain => plain.Value;

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

    /// <summary>Null when the AuthorizationPolicies let the request or connection pass.</summary>
    public AccessDenial? Judge(PolicyRequest request) =>
        state.Closed is { } closed ? new AccessDenial(closed) : AccessControl.Judge(state.View.Policy, request);

    /// <summary>Null when the tokens of a request, if any, are valid and the AuthorizationPolicies let it pass.</summary>
    /// <param name="target">As it will be forwarded; may lose a token.</param>
    public AccessDenial? Judge(HttpContext context, InboundTarget to, IJwtValidator tokens, ref RequestTarget target)
    {
        var asked = AccessControl.RequestOf(context, target, DestinationOf(to));
        return AccessControl.Authenticate(context, state.View.Policy, tokens, ref asked, ref target) ?? Judge(asked);
    }

    /// <summary>The path as policies compare it, and as it is forwarded.</summary>
    public RequestTarget Normalized(RequestTarget target) =>
        target with { Path = RequestPath.Of(target.Path, state.View.Policy.PathNormalization) };

    /// <summary>What policies call the destination.</summary>
    public IPEndPoint DestinationOf(InboundTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new IPEndPoint(settings.WorkloadAddress, target.AppPort);
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
    /// The template of the WorkloadGroup, then the Service's target port, then its own number. A port that is the
    /// agent's inbound port says where callers dial, not where the application is.
    /// </summary>
    private int AppPort(ServicePortInfo port)
    {
        if (state.Group?.Spec.Template?.Ports.TryGetValue(port.Name, out var fromTemplate) == true && fromTemplate != settings.InboundPort) return fromTemplate;
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
