using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A fixed tag value.</summary>
public sealed record TagLiteral
{
    public string Value { get; init; } = "";

    internal static Schema<TagLiteral> Schema { get; } =
        new Schema<TagLiteral>("Tracing.Literal", () => new TagLiteral())
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v }, required: true)
            .AcceptSnakeCase();
}
