using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A tag value by an access log command such as <c>%REQ(x)%</c>.</summary>
public sealed record TagFormatter
{
    public string Value { get; init; } = "";

    internal static Schema<TagFormatter> Schema { get; } =
        new Schema<TagFormatter>("Tracing.Formatter", () => new TagFormatter())
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v }, required: true)
            .AcceptSnakeCase();
}
