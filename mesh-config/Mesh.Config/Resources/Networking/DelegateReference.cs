using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Another VirtualService that holds the rules.</summary>
public sealed record DelegateReference
{
    public string Name { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<DelegateReference> Schema { get; } =
        new Schema<DelegateReference>("Delegate", () => new DelegateReference())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .AcceptSnakeCase();
}
