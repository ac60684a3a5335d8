using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Diagnostics;
using Mesh.Config.Policy;
using Mesh.Config.Routing;

namespace Mesh.Config.Model;

/// <summary>The mesh as one proxy sees it. Immutable; obtained from <see cref="MeshSnapshot.ViewFrom"/> or, later, from istiod.</summary>
public abstract class MeshView
{
    public abstract ProxyScope Scope { get; }

    /// <summary>Grows with every snapshot; for logs and admin pages.</summary>
    public abstract long Version { get; }

    /// <summary>
    /// Null for a host or port no visible service has. A subset that no DestinationRule defines selects all endpoints,
    /// as istiod does.
    /// </summary>
    public abstract Upstream? FindUpstream(UpstreamKey key);

    /// <summary>Every host and port of every visible service, without subsets; byte-stable order.</summary>
    public abstract IEnumerable<Upstream> Upstreams { get; }

    /// <summary>Ports of the Gateways whose selector matches the scope's labels; empty for sidecars.</summary>
    public abstract ImmutableArray<GatewayListener> Listeners { get; }

    /// <summary>
    /// Routes that a sidecar applies to HTTP calls to a service port: VirtualServices of gateway <c>mesh</c>, else one
    /// default route to the service. Null when no service has that host and port.
    /// </summary>
    public abstract HttpRouteTable? OutboundRoutes(string host, int port);

    /// <summary>
    /// Routes that a sidecar applies to connections to a service port that it does not look into as HTTP: tls rules, then tcp
    /// rules of the VirtualService of gateway <c>mesh</c>; where it has none, one default route to the service. Empty when no service has
    /// that host and port.
    /// </summary>
    public virtual ImmutableArray<L4Route> OutboundConnectionRoutes(string host, int port) => [];

    /// <summary>
    /// What an AUTO_PASSTHROUGH listener may do with an SNI: the destination restricted to endpoints that accept mesh
    /// mTLS, inside the scope's requested networks, direct (never through another gateway). False with the reason to
    /// log when the name is malformed, unknown, not exposed by <paramref name="hosts"/>, or has no endpoint here.
    /// </summary>
    public abstract bool TryResolvePassthrough(
        string sni,
        ImmutableArray<string> hosts,
        [NotNullWhen(true)] out Upstream? upstream,
        out string refusal);

    /// <summary>
    /// outboundTrafficPolicy of the proxy's Sidecar, else of the mesh: true (ALLOW_ANY) when calls to hosts that are no
    /// service may go where the client wanted to; false (REGISTRY_ONLY) when they are refused.
    /// </summary>
    public virtual bool AllowsUnknownDestinations => true;

    /// <summary>Effective PeerAuthentication mode of this proxy's own workload port.</summary>
    public abstract MtlsMode InboundMtls(int workloadPort);

    /// <summary>Who may talk to this proxy's own workload: policies that apply by namespace, labels and gateway.</summary>
    public abstract WorkloadPolicy Policy { get; }

    /// <summary>
    /// The service port name and target port behind a service port, for an inbound proxy that is told the service port
    /// by SNI. Null when unknown.
    /// </summary>
    public abstract ServicePortInfo? FindServicePort(string host, int port);

    /// <summary>
    /// The full name of a service that a client of this proxy's namespace means by <paramref name="host"/>, by the rules
    /// of Kubernetes' DNS search path (<c>payments</c>, <c>payments.prod</c>, <c>payments.prod.svc</c>); the host as given, in lower
    /// case, when no service has it. This is for hosts of requests; hosts in resources follow another rule.
    /// </summary>
    public virtual string ResolveHost(string host) => host;

    public abstract ImmutableArray<Diagnostic> Diagnostics { get; }
}
