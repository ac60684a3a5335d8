using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>The Gateway or Service that a route attaches to.</summary>
public sealed record ParentReference
{
    /// <summary>Absent means gateway.networking.k8s.io; empty is the core group, for a Service.</summary>
    public string? Group { get; init; }

    /// <summary>Empty means Gateway.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Empty means the route's own.</summary>
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Name of a listener.</summary>
    public string SectionName { get; init; } = "";

    public int? Port { get; init; }

    internal static Schema<ParentReference> Schema { get; } =
        new Schema<ParentReference>("ParentReference", () => new ParentReference())
            .Field("group", Codecs.OptionalText, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v })
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("sectionName", Codecs.Text, x => x.SectionName, (x, v) => x with { SectionName = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v });
}
