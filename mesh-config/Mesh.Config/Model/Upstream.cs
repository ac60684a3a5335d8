using System.Collections.Immutable;

namespace Mesh.Config.Model;

/// <summary>
/// Everything needed to call one (host, service port, subset) from one proxy: Envoy's "cluster" with its endpoints.
/// Instances are immutable and shared between snapshots in which nothing about them changed.
/// </summary>
public sealed record Upstream
{
    public required UpstreamKey Key { get; init; }
    public ServiceProtocol Protocol { get; init; }

    public EndpointDiscovery Discovery { get; init; }

    /// <summary>Ordered by priority, then locality, then address; may be empty.</summary>
    public ImmutableArray<ProxyEndpoint> Endpoints { get; init; } = [];

    /// <summary>
    /// SPIFFE ids the server may have: the service accounts of all endpoints, also those hidden behind gateways, and the
    /// ServiceEntry's subjectAltNames. Empty: no mTLS call is made (fail closed).
    /// </summary>
    public ImmutableArray<string> ExpectedIdentities { get; init; } = [];

    public ClientTlsMode Tls { get; init; }

    /// <summary>DestinationRule tls.sni, else <see cref="UpstreamKey.Sni"/>.</summary>
    public required string Sni { get; init; }

    public TrafficPolicy Policy { get; init; } = TrafficPolicy.Default;

    /// <summary>ServiceEntry of location MESH_EXTERNAL.</summary>
    public bool MeshExternal { get; init; }
}
