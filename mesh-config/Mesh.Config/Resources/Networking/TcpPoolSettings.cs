using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Limits on connections.</summary>
public sealed record TcpPoolSettings
{
    public int MaxConnections { get; init; }
    public TimeSpan? ConnectTimeout { get; init; }
    public TcpKeepalive? TcpKeepalive { get; init; }
    public TimeSpan? MaxConnectionDuration { get; init; }
    public TimeSpan? IdleTimeout { get; init; }

    internal static Schema<TcpPoolSettings> Schema { get; } =
        new Schema<TcpPoolSettings>("ConnectionPoolSettings.TCPSettings", () => new TcpPoolSettings())
            .Field("maxConnections", Codecs.Int, x => x.MaxConnections, (x, v) => x with { MaxConnections = v })
            .Field("connectTimeout", Codecs.Duration, x => x.ConnectTimeout, (x, v) => x with { ConnectTimeout = v })
            .Message("tcpKeepalive", TcpKeepalive.Schema, x => x.TcpKeepalive, (x, v) => x with { TcpKeepalive = v })
            .Field("maxConnectionDuration", Codecs.Duration,
                x => x.MaxConnectionDuration, (x, v) => x with { MaxConnectionDuration = v })
            .Field("idleTimeout", Codecs.DurationOrZero, x => x.IdleTimeout, (x, v) => x with { IdleTimeout = v })
            .AcceptSnakeCase();
}
