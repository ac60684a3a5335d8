namespace Mesh.Config.Resources.Networking;

/// <summary>TLS versions; automatic means the proxy chooses, at least 1.2.</summary>
public enum TlsProtocolVersion
{
    TlsAuto,
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}
