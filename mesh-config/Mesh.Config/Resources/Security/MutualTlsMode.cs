namespace Mesh.Config.Resources.Security;

/// <summary>PeerAuthentication mode; UNSET inherits.</summary>
public enum MutualTlsMode
{
    Unset,
    Disable,
    Permissive,
    Strict,
}
