using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Changes host and path before forwarding.</summary>
public sealed record UrlRewrite
{
    public string Hostname { get; init; } = "";
    public PathModifier? Path { get; init; }

    internal static Schema<UrlRewrite> Schema { get; } =
        new Schema<UrlRewrite>("HTTPURLRewriteFilter", () => new UrlRewrite())
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Message("path", PathModifier.Schema, x => x.Path, (x, v) => x with { Path = v });
}
