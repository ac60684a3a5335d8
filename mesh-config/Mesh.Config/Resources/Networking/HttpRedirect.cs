using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Answer with a redirect.</summary>
public sealed record HttpRedirect
{
    public string Uri { get; init; } = "";
    public string Authority { get; init; } = "";
    public int? Port { get; init; }
    public RedirectPort? DerivePort { get; init; }
    public string Scheme { get; init; } = "";
    public int? RedirectCode { get; init; }
    public string PrefixRewrite { get; init; } = "";

    internal static Schema<HttpRedirect> Schema { get; } =
        new Schema<HttpRedirect>("HTTPRedirect", () => new HttpRedirect())
            .Field("uri", Codecs.Text, x => x.Uri, (x, v) => x with { Uri = v })
            .Field("authority", Codecs.Text, x => x.Authority, (x, v) => x with { Authority = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("derivePort", Codecs.Optional(Codecs.Enum<RedirectPort>()),
                x => x.DerivePort, (x, v) => x with { DerivePort = v })
            .Field("scheme", Codecs.Text, x => x.Scheme, (x, v) => x with { Scheme = v })
            .Field("redirectCode", Codecs.Optional(Codecs.Int),
                x => x.RedirectCode, (x, v) => x with { RedirectCode = v })
            .Field("prefixRewrite", Codecs.Text, x => x.PrefixRewrite, (x, v) => x with { PrefixRewrite = v })
            .OneOf("port", "derivePort")
            .OneOf("uri", "prefixRewrite")
            .AcceptSnakeCase();
}
