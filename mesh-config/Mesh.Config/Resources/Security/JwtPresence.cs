namespace Mesh.Config.Resources.Security;

/// <summary>Whether a request must carry a token.</summary>
public enum JwtPresence
{
    Unspecified,
    Optional,
    Required,
}
