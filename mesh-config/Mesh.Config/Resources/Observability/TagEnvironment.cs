using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A tag value from an environment variable.</summary>
public sealed record TagEnvironment
{
    public string Name { get; init; } = "";
    public string DefaultValue { get; init; } = "";

    internal static Schema<TagEnvironment> Schema { get; } =
        new Schema<TagEnvironment>("Tracing.Environment", () => new TagEnvironment())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("defaultValue", Codecs.Text, x => x.DefaultValue, (x, v) => x with { DefaultValue = v })
            .AcceptSnakeCase();
}
