using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A header or gRPC metadata that is sent to a provider.</summary>
public sealed record ProviderHeader
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";
    /// <summary>Environment variable of the proxy that holds the value.</summary>
    public string EnvName { get; init; } = "";

    internal static Schema<ProviderHeader> Schema { get; } =
        new Schema<ProviderHeader>("MeshConfig.ExtensionProvider.HttpHeader", () => new ProviderHeader())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .Field("envName", Codecs.Text, x => x.EnvName, (x, v) => x with { EnvName = v })
            .AcceptSnakeCase()
            .OneOf("value", "envName");
}
