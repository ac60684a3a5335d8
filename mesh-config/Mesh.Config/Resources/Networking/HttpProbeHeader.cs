using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A header of an HTTP probe.</summary>
public sealed record HttpProbeHeader
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";

    internal static Schema<HttpProbeHeader> Schema { get; } =
        new Schema<HttpProbeHeader>("HTTPHeader", () => new HttpProbeHeader())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .AcceptSnakeCase();
}
