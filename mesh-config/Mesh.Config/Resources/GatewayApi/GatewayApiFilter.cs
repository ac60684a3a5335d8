using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A change to requests or responses.</summary>
public sealed record GatewayApiFilter
{
    public FilterType Type { get; init; }
    public HeaderModifier? RequestHeaderModifier { get; init; }
    public HeaderModifier? ResponseHeaderModifier { get; init; }
    public RequestMirror? RequestMirror { get; init; }
    public RequestRedirect? RequestRedirect { get; init; }
    public UrlRewrite? UrlRewrite { get; init; }
    public CorsFilter? Cors { get; init; }
    public string ExternalAuth { get; init; } = "";
    public LocalReference? ExtensionRef { get; init; }

    internal static Schema<GatewayApiFilter> Schema { get; } =
        new Schema<GatewayApiFilter>("HTTPRouteFilter", () => new GatewayApiFilter())
            .Field("type", Codecs.Names<FilterType>(), x => x.Type, (x, v) => x with { Type = v }, required: true)
            .Message("requestHeaderModifier", HeaderModifier.Schema,
                x => x.RequestHeaderModifier, (x, v) => x with { RequestHeaderModifier = v })
            .Message("responseHeaderModifier", HeaderModifier.Schema,
                x => x.ResponseHeaderModifier, (x, v) => x with { ResponseHeaderModifier = v })
            .Message("requestMirror", RequestMirror.Schema,
                x => x.RequestMirror, (x, v) => x with { RequestMirror = v })
            .Message("requestRedirect", RequestRedirect.Schema,
                x => x.RequestRedirect, (x, v) => x with { RequestRedirect = v })
            .Message("urlRewrite", UrlRewrite.Schema, x => x.UrlRewrite, (x, v) => x with { UrlRewrite = v })
            .Message("cors", CorsFilter.Schema, x => x.Cors, (x, v) => x with { Cors = v })
            .Field("externalAuth", Codecs.Raw, x => x.ExternalAuth, (x, v) => x with { ExternalAuth = v })
            .Message("extensionRef", LocalReference.Schema, x => x.ExtensionRef, (x, v) => x with { ExtensionRef = v });
}
