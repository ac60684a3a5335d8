using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>The Gateway, Service or ServiceEntry that a policy is attached to.</summary>
public sealed record PolicyTargetReference
{
    public string Group { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Name { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<PolicyTargetReference> Schema { get; } =
        new Schema<PolicyTargetReference>("PolicyTargetReference", () => new PolicyTargetReference())
            .Field("group", Codecs.Text, x => x.Group, (x, v) => x with { Group = v })
            .Field("kind", Codecs.Text, x => x.Kind, (x, v) => x with { Kind = v }, required: true)
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .AcceptSnakeCase();
}
