using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>The object behind an endpoint.</summary>
public sealed record ObjectReference
{
    public string Kind { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Name { get; init; } = "";

    internal static Schema<ObjectReference> Schema { get; } =
        new Schema<ObjectReference>("ObjectReference", () => new ObjectReference())
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v })
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Ignore("apiVersion", "fieldPath", "resourceVersion", "uid");
}
