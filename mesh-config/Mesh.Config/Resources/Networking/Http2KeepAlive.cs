using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>HTTP/2 pings.</summary>
public sealed record Http2KeepAlive
{
    public TimeSpan? Interval { get; init; }
    public TimeSpan? Timeout { get; init; }

    internal static Schema<Http2KeepAlive> Schema { get; } =
        new Schema<Http2KeepAlive>("Http2KeepAlive", () => new Http2KeepAlive())
            .Field("interval", Codecs.Duration, x => x.Interval, (x, v) => x with { Interval = v })
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .AcceptSnakeCase();
}
