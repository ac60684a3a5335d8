using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Changes of path and authority before forwarding.</summary>
public sealed record HttpRewrite
{
    public string Uri { get; init; } = "";
    public string Authority { get; init; } = "";
    public RegexRewrite? UriRegexRewrite { get; init; }

    internal static Schema<HttpRewrite> Schema { get; } =
        new Schema<HttpRewrite>("HTTPRewrite", () => new HttpRewrite())
            .Field("uri", Codecs.Text, x => x.Uri, (x, v) => x with { Uri = v })
            .Field("authority", Codecs.Text, x => x.Authority, (x, v) => x with { Authority = v })
            .Message("uriRegexRewrite", RegexRewrite.Schema,
                x => x.UriRegexRewrite, (x, v) => x with { UriRegexRewrite = v })
            .OneOf("uri", "uriRegexRewrite")
            .AcceptSnakeCase();
}
