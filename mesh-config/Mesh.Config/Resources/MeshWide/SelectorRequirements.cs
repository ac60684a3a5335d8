using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Kubernetes label selector: all labels and all expressions must hold.</summary>
public sealed record SelectorRequirements
{
    public ImmutableSortedDictionary<string, string> MatchLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<SelectorExpression> MatchExpressions { get; init; } = [];

    internal static Schema<SelectorRequirements> Schema { get; } =
        new Schema<SelectorRequirements>("LabelSelector", () => new SelectorRequirements())
            .Field("matchLabels", Codecs.Map(Codecs.Text), x => x.MatchLabels, (x, v) => x with { MatchLabels = v })
            .Field("matchExpressions", Codecs.List(SelectorExpression.Schema),
                x => x.MatchExpressions, (x, v) => x with { MatchExpressions = v })
            .AcceptSnakeCase();
}
