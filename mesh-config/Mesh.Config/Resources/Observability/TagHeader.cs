using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A tag value from a request header.</summary>
public sealed record TagHeader
{
    public string Name { get; init; } = "";
    public string DefaultValue { get; init; } = "";

    internal static Schema<TagHeader> Schema { get; } =
        new Schema<TagHeader>("Tracing.RequestHeader", () => new TagHeader())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("defaultValue", Codecs.Text, x => x.DefaultValue, (x, v) => x with { DefaultValue = v })
            .AcceptSnakeCase();
}
