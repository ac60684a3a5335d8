using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Selects workloads by labels.</summary>
public sealed record LabelSelector
{
    public ImmutableSortedDictionary<string, string> MatchLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<LabelSelector> Schema { get; } =
        new Schema<LabelSelector>("WorkloadSelector", () => new LabelSelector())
            .Field("matchLabels", Codecs.Map(Codecs.Text), x => x.MatchLabels, (x, v) => x with { MatchLabels = v })
            .AcceptSnakeCase();
}
