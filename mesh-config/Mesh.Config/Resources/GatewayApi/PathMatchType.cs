namespace Mesh.Config.Resources.GatewayApi;

/// <summary>How a path is compared.</summary>
public enum PathMatchType
{
    PathPrefix,
    Exact,
    RegularExpression,
}
