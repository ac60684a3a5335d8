namespace Mesh.Config.Resources.GatewayApi;

/// <summary>How a value is compared.</summary>
public enum ValueMatchType
{
    Exact,
    RegularExpression,
}
