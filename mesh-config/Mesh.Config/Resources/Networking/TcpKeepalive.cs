using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>SO_KEEPALIVE.</summary>
public sealed record TcpKeepalive
{
    public uint? Probes { get; init; }
    public TimeSpan? Time { get; init; }
    public TimeSpan? Interval { get; init; }

    internal static Schema<TcpKeepalive> Schema { get; } =
        new Schema<TcpKeepalive>("TcpKeepalive", () => new TcpKeepalive())
            .Field("probes", Codecs.Optional(Codecs.UInt), x => x.Probes, (x, v) => x with { Probes = v })
            .Field("time", Codecs.Duration, x => x.Time, (x, v) => x with { Time = v })
            .Field("interval", Codecs.Duration, x => x.Interval, (x, v) => x with { Interval = v })
            .AcceptSnakeCase();
}
