using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A Secret, by default of the same namespace.</summary>
public sealed record SecretReference
{
    public string Group { get; init; } = "";

    /// <summary>Empty means Secret.</summary>
    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<SecretReference> Schema { get; } =
        new Schema<SecretReference>("SecretObjectReference", () => new SecretReference())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v });
}
