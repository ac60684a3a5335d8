using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Policies for calls to a host.</summary>
public sealed record DestinationRuleSpec
{
    public string Host { get; init; } = "";
    public TrafficPolicySpec? TrafficPolicy { get; init; }
    public ImmutableArray<Subset> Subsets { get; init; } = [];
    public ImmutableArray<string> ExportTo { get; init; } = [];
    public LabelSelector? WorkloadSelector { get; init; }

    internal static Schema<DestinationRuleSpec> Schema { get; } =
        new Schema<DestinationRuleSpec>("DestinationRule", () => new DestinationRuleSpec())
            .Field("host", Codecs.Text, x => x.Host, (x, v) => x with { Host = v }, required: true)
            .Message("trafficPolicy", TrafficPolicySpec.Schema,
                x => x.TrafficPolicy, (x, v) => x with { TrafficPolicy = v })
            .Field("subsets", Codecs.List(Subset.Schema), x => x.Subsets, (x, v) => x with { Subsets = v })
            .Field("exportTo", Codecs.List(Codecs.Text), x => x.ExportTo, (x, v) => x with { ExportTo = v })
            .Message("workloadSelector", LabelSelector.Schema,
                x => x.WorkloadSelector, (x, v) => x with { WorkloadSelector = v })
            .AcceptSnakeCase();
}
