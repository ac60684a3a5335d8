using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A telemetry provider of the mesh configuration.</summary>
public sealed record ProviderReference
{
    public string Name { get; init; } = "";

    internal static Schema<ProviderReference> Schema { get; } =
        new Schema<ProviderReference>("ProviderRef", () => new ProviderReference())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .AcceptSnakeCase();
}
