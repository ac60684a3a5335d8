using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A single backend, without a share or filters.</summary>
public sealed record BackendObjectReference
{
    public string Group { get; init; } = "";

    /// <summary>Empty means Service.</summary>
    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Empty means the route's own; another one needs a ReferenceGrant.</summary>
    public string Namespace { get; init; } = "";

    public int? Port { get; init; }

    internal static Schema<BackendObjectReference> Schema { get; } =
        new Schema<BackendObjectReference>("BackendObjectReference", () => new BackendObjectReference())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v });
}
