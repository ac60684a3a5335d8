namespace Mesh.DataPlane.Tcp;

/// <summary>Outcome of looking at the first bytes of a connection.</summary>
public enum ClientHelloStatus
{
    /// <summary>Too few bytes to tell; read more and ask again.</summary>
    NeedMore,

    Complete,

    /// <summary>The bytes are not TLS at all: plain text, or another protocol.</summary>
    NotTls,

    /// <summary>The bytes begin like TLS but break its rules, or the message exceeds the limit.</summary>
    Malformed,
}
