using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>How request paths are normalized before policies see them.</summary>
public sealed record PathNormalization
{
    public PathNormalizationType Normalization { get; init; }

    internal static Schema<PathNormalization> Schema { get; } =
        new Schema<PathNormalization>("MeshConfig.ProxyPathNormalization", () => new PathNormalization())
            .Field("normalization", Codecs.Enum<PathNormalizationType>(),
                x => x.Normalization, (x, v) => x with { Normalization = v })
            .AcceptSnakeCase();
}
