using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Objects that may be referred to; without a name all of the kind.</summary>
public sealed record ReferenceGrantTo
{
    public string Group { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Name { get; init; } = "";

    internal static Schema<ReferenceGrantTo> Schema { get; } =
        new Schema<ReferenceGrantTo>("ReferenceGrantTo", () => new ReferenceGrantTo())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v }, required: true)
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v });
}
