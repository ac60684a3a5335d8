namespace Mesh.Config.Resources.GatewayApi;

/// <summary>What a filter does.</summary>
public enum FilterType
{
    RequestHeaderModifier,
    ResponseHeaderModifier,
    RequestMirror,
    RequestRedirect,
    URLRewrite,
    CORS,
    ExternalAuth,
    ExtensionRef,
}
