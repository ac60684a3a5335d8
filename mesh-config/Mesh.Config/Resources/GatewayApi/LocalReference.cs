using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>An object that parameterizes a gateway or route.</summary>
public sealed record LocalReference
{
    public string Group { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Name { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<LocalReference> Schema { get; } =
        new Schema<LocalReference>("ParametersReference", () => new LocalReference())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v }, required: true)
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v });
}
