using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Which build of the proxy.</summary>
public sealed record ProxyImage
{
    /// <summary><c>default</c>, <c>debug</c> or <c>distroless</c>.</summary>
    public string ImageType { get; init; } = "";

    internal static Schema<ProxyImage> Schema { get; } =
        new Schema<ProxyImage>("ProxyImage", () => new ProxyImage())
            .Field("imageType", Codecs.Text, x => x.ImageType, (x, v) => x with { ImageType = v })
            .AcceptSnakeCase();
}
