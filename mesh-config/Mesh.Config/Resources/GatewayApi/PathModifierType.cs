namespace Mesh.Config.Resources.GatewayApi;

/// <summary>What of the path is replaced.</summary>
public enum PathModifierType
{
    ReplaceFullPath,
    ReplacePrefixMatch,
}
