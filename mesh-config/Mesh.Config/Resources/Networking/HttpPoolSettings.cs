using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Limits on requests.</summary>
public sealed record HttpPoolSettings
{
    public int Http1MaxPendingRequests { get; init; }
    public int Http2MaxRequests { get; init; }
    public int MaxRequestsPerConnection { get; init; }
    public int MaxRetries { get; init; }
    public TimeSpan? IdleTimeout { get; init; }
    public H2UpgradePolicy H2UpgradePolicy { get; init; }
    public bool UseClientProtocol { get; init; }
    public int MaxConcurrentStreams { get; init; }
    public Http2KeepAlive? Http2KeepAlive { get; init; }

    internal static Schema<HttpPoolSettings> Schema { get; } =
        new Schema<HttpPoolSettings>("ConnectionPoolSettings.HTTPSettings", () => new HttpPoolSettings())
            .Field("http1MaxPendingRequests", Codecs.Int,
                x => x.Http1MaxPendingRequests, (x, v) => x with { Http1MaxPendingRequests = v })
            .Field("http2MaxRequests", Codecs.Int, x => x.Http2MaxRequests, (x, v) => x with { Http2MaxRequests = v })
            .Field("maxRequestsPerConnection", Codecs.Int,
                x => x.MaxRequestsPerConnection, (x, v) => x with { MaxRequestsPerConnection = v })
            .Field("maxRetries", Codecs.Int, x => x.MaxRetries, (x, v) => x with { MaxRetries = v })
            .Field("idleTimeout", Codecs.Duration, x => x.IdleTimeout, (x, v) => x with { IdleTimeout = v })
            .Field("h2UpgradePolicy", Codecs.Enum<H2UpgradePolicy>(),
                x => x.H2UpgradePolicy, (x, v) => x with { H2UpgradePolicy = v })
            .Field("useClientProtocol", Codecs.Bool,
                x => x.UseClientProtocol, (x, v) => x with { UseClientProtocol = v })
            .Field("maxConcurrentStreams", Codecs.Int,
                x => x.MaxConcurrentStreams, (x, v) => x with { MaxConcurrentStreams = v })
            .Message("http2KeepAlive", Http2KeepAlive.Schema,
                x => x.Http2KeepAlive, (x, v) => x with { Http2KeepAlive = v })
            .AcceptSnakeCase();
}
