using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Name of a zone or node.</summary>
public sealed record SliceHint
{
    public string Name { get; init; } = "";

    internal static Schema<SliceHint> Schema { get; } =
        new Schema<SliceHint>("ForZone", () => new SliceHint())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true);
}
