using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Choice of endpoints.</summary>
public sealed record LoadBalancerSettings
{
    public SimpleLoadBalancer? Simple { get; init; }
    public ConsistentHashSettings? ConsistentHash { get; init; }
    public LocalityLbSetting? LocalityLbSetting { get; init; }
    public ZoneAwareLbSetting? ZoneAwareLbSetting { get; init; }
    public TimeSpan? WarmupDurationSecs { get; init; }
    public WarmupConfiguration? Warmup { get; init; }
    public BackendUtilization? BackendUtilization { get; init; }

    internal static Schema<LoadBalancerSettings> Schema { get; } =
        new Schema<LoadBalancerSettings>("LoadBalancerSettings", () => new LoadBalancerSettings())
            .Field("simple", Codecs.Optional(Codecs.Enum<SimpleLoadBalancer>()),
                x => x.Simple, (x, v) => x with { Simple = v })
            .Message("consistentHash", ConsistentHashSettings.Schema,
                x => x.ConsistentHash, (x, v) => x with { ConsistentHash = v })
            .Message("localityLbSetting", LocalityLbSetting.Schema,
                x => x.LocalityLbSetting, (x, v) => x with { LocalityLbSetting = v })
            .Message("zoneAwareLbSetting", ZoneAwareLbSetting.Schema,
                x => x.ZoneAwareLbSetting, (x, v) => x with { ZoneAwareLbSetting = v })
            .Field("warmupDurationSecs", Codecs.Duration,
                x => x.WarmupDurationSecs, (x, v) => x with { WarmupDurationSecs = v })
            .Message("warmup", WarmupConfiguration.Schema, x => x.Warmup, (x, v) => x with { Warmup = v })
            .Message("backendUtilization", BackendUtilization.Schema,
                x => x.BackendUtilization, (x, v) => x with { BackendUtilization = v })
            .OneOf("simple", "consistentHash")
            .OneOf("localityLbSetting", "zoneAwareLbSetting")
            .AcceptSnakeCase();
}
