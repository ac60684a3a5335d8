using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Objects that may refer.</summary>
public sealed record ReferenceGrantFrom
{
    public string Group { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<ReferenceGrantFrom> Schema { get; } =
        new Schema<ReferenceGrantFrom>("ReferenceGrantFrom", () => new ReferenceGrantFrom())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v }, required: true);
}
