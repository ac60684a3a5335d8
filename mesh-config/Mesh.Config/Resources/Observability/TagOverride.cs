using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Sets or removes one dimension of a metric.</summary>
public sealed record TagOverride
{
    public TagOperation Operation { get; init; }
    public string Value { get; init; } = "";

    internal static Schema<TagOverride> Schema { get; } =
        new Schema<TagOverride>("MetricsOverrides.TagOverride", () => new TagOverride())
            .Field("operation", Codecs.Enum<TagOperation>(), x => x.Operation, (x, v) => x with { Operation = v })
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .AcceptSnakeCase();
}
