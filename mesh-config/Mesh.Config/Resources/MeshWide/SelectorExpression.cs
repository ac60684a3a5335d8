using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>One expression of a label selector.</summary>
public sealed record SelectorExpression
{
    public string Key { get; init; } = "";

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    public string Operator { get; init; } = "";

    public ImmutableArray<string> Values { get; init; } = [];

    internal static Schema<SelectorExpression> Schema { get; } =
        new Schema<SelectorExpression>("LabelSelectorRequirement", () => new SelectorExpression())
            .Field("key", Codecs.Text, x => x.Key, (x, v) => x with { Key = v }, required: true)
            .Field("operator", Codecs.Text, x => x.Operator, (x, v) => x with { Operator = v }, required: true)
            .Field("values", Codecs.List(Codecs.Text), x => x.Values, (x, v) => x with { Values = v })
            .AcceptSnakeCase();
}
