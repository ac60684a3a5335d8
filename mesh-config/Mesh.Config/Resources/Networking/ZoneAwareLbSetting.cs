using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Zone-aware routing.</summary>
public sealed record ZoneAwareLbSetting
{
    public bool? Enabled { get; init; }
    public ImmutableArray<LocalityFailover> Failover { get; init; } = [];
    public ImmutableArray<string> FailoverPriority { get; init; } = [];
    public uint? MinClusterSize { get; init; }

    internal static Schema<ZoneAwareLbSetting> Schema { get; } =
        new Schema<ZoneAwareLbSetting>("ZoneAwareLbSetting", () => new ZoneAwareLbSetting())
            .Field("enabled", Codecs.Optional(Codecs.Bool), x => x.Enabled, (x, v) => x with { Enabled = v })
            .Field("failover", Codecs.List(LocalityFailover.Schema),
                x => x.Failover, (x, v) => x with { Failover = v })
            .Field("failoverPriority", Codecs.List(Codecs.Text),
                x => x.FailoverPriority, (x, v) => x with { FailoverPriority = v })
            .Field("minClusterSize", Codecs.Optional(Codecs.UInt),
                x => x.MinClusterSize, (x, v) => x with { MinClusterSize = v })
            .AcceptSnakeCase();
}
