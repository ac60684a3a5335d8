using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Which localities get how much traffic.</summary>
public sealed record LocalityLbSetting
{
    public ImmutableArray<LocalityDistribute> Distribute { get; init; } = [];
    public ImmutableArray<LocalityFailover> Failover { get; init; } = [];
    public ImmutableArray<string> FailoverPriority { get; init; } = [];
    public bool? Enabled { get; init; }

    internal static Schema<LocalityLbSetting> Schema { get; } =
        new Schema<LocalityLbSetting>("LocalityLoadBalancerSetting", () => new LocalityLbSetting())
            .Field("distribute", Codecs.List(LocalityDistribute.Schema),
                x => x.Distribute, (x, v) => x with { Distribute = v })
            .Field("failover", Codecs.List(LocalityFailover.Schema),
                x => x.Failover, (x, v) => x with { Failover = v })
            .Field("failoverPriority", Codecs.List(Codecs.Text),
                x => x.FailoverPriority, (x, v) => x with { FailoverPriority = v })
            .Field("enabled", Codecs.Optional(Codecs.Bool), x => x.Enabled, (x, v) => x with { Enabled = v })
            .AcceptSnakeCase();
}
