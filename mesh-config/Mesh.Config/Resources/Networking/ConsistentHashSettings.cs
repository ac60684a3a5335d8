using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Soft affinity by hash.</summary>
public sealed record ConsistentHashSettings
{
    public string? HttpHeaderName { get; init; }
    public HashCookie? HttpCookie { get; init; }
    public bool? UseSourceIp { get; init; }
    public string? HttpQueryParameterName { get; init; }
    public RingHashSettings? RingHash { get; init; }
    public MaglevSettings? Maglev { get; init; }
    public uint? MinimumRingSize { get; init; }

    internal static Schema<ConsistentHashSettings> Schema { get; } =
        new Schema<ConsistentHashSettings>("LoadBalancerSettings.ConsistentHashLB", () => new ConsistentHashSettings())
            .Field("httpHeaderName", Codecs.OptionalText,
                x => x.HttpHeaderName, (x, v) => x with { HttpHeaderName = v })
            .Message("httpCookie", HashCookie.Schema, x => x.HttpCookie, (x, v) => x with { HttpCookie = v })
            .Field("useSourceIp", Codecs.Optional(Codecs.Bool),
                x => x.UseSourceIp, (x, v) => x with { UseSourceIp = v })
            .Field("httpQueryParameterName", Codecs.OptionalText,
                x => x.HttpQueryParameterName, (x, v) => x with { HttpQueryParameterName = v })
            .Message("ringHash", RingHashSettings.Schema, x => x.RingHash, (x, v) => x with { RingHash = v })
            .Message("maglev", MaglevSettings.Schema, x => x.Maglev, (x, v) => x with { Maglev = v })
            .Field("minimumRingSize", Codecs.Optional(Codecs.UInt),
                x => x.MinimumRingSize, (x, v) => x with { MinimumRingSize = v })
            .OneOf("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName")
            .OneOf("ringHash", "maglev")
            .AcceptSnakeCase();
}
