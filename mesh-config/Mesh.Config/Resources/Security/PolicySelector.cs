using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Selects workloads by labels.</summary>
public sealed record PolicySelector
{
    public ImmutableSortedDictionary<string, string> MatchLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<PolicySelector> Schema { get; } =
        new Schema<PolicySelector>("WorkloadSelector", () => new PolicySelector())
            .Field("matchLabels", Codecs.Map(Codecs.Text), x => x.MatchLabels, (x, v) => x with { MatchLabels = v })
            .AcceptSnakeCase();
}
