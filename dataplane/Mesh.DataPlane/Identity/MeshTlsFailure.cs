namespace Mesh.DataPlane.Identity;

/// <summary>Why a mesh TLS handshake failed.</summary>
public enum MeshTlsFailure
{
    /// <summary>Not TLS, no common version, connection lost, or the peer refused us.</summary>
    Handshake,

    /// <summary>The peer sent no certificate.</summary>
    NoCertificate,

    /// <summary>The peer's certificate is outside its validity.</summary>
    Expired,

    /// <summary>The peer's certificate does not chain to the trust bundle.</summary>
    ForeignRoot,

    /// <summary>The chain is broken in another way (key usage, constraints, signature).</summary>
    BadChain,

    /// <summary>The certificate is good, but of somebody else, or carries no mesh identity.</summary>
    WrongIdentity,
}
