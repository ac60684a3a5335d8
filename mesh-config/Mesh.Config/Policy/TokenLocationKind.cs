namespace Mesh.Config.Policy;

/// <summary>Where a token stands.</summary>
public enum TokenLocationKind
{
    Header,
    Parameter,
    Cookie,
}
