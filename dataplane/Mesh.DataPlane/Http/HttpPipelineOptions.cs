using Mesh.DataPlane.Telemetry;

namespace Mesh.DataPlane.Http;

/// <summary>What differs between the places an <see cref="HttpPipeline"/> stands in.</summary>
public sealed record HttpPipelineOptions
{
    /// <summary>Name of the process, for access logs and messages.</summary>
    public required string Process { get; init; }

    /// <summary>
    /// The callers are outside the mesh: their address is appended to <c>x-forwarded-for</c>, <c>x-forwarded-proto</c> says how they came, and what
    /// only proxies of the mesh may say (<c>x-forwarded-client-cert</c>, <c>x-envoy-*</c>) is dropped.
    /// </summary>
    public bool Edge { get; init; }

    /// <summary>Keep <c>x-forwarded-client-cert</c>: for inbound proxies that have just set it.</summary>
    public bool KeepForwardedClientCert { get; init; }

    /// <summary>Proxies of ours in front of the edge that add to <c>x-forwarded-for</c>: the client is the one that the outermost of them saw.</summary>
    public int TrustedProxies { get; init; }

    /// <summary>At the edge.</summary>
    public ClientCertForwarding ClientCert { get; init; }

    /// <summary>Counts requests for metrics; null: nobody does.</summary>
    public ProxyTelemetry? Telemetry { get; init; }

    /// <summary>Exchanges metadata with peers of the mesh; null: nobody is told and nobody believed.</summary>
    public PeerExchange? Peers { get; init; }

    /// <summary>Makes spans of requests; null: nobody does.</summary>
    public RequestTracing? Tracing { get; init; }

    /// <summary>Most bytes of a request body that are remembered for another try.</summary>
    public int ReplayLimit { get; init; } = 1024 * 1024;
}
