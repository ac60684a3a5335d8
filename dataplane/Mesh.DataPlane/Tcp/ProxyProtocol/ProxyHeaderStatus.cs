namespace Mesh.DataPlane.Tcp.ProxyProtocol;

/// <summary>Outcome of looking for a PROXY protocol header at the beginning of a connection.</summary>
public enum ProxyHeaderStatus
{
    /// <summary>Too few bytes to tell; read more and ask again.</summary>
    NeedMore,

    Complete,

    /// <summary>There is none, or it breaks the rules.</summary>
    Malformed,
}
