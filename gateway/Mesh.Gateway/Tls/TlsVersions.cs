using System.Security.Authentication;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;

namespace Mesh.Gateway.Tls;

/// <summary>The TLS versions that a server allows.</summary>
internal static class TlsVersions
{
    /// <remarks>Source: Istio ServerTLSSettings.minProtocolVersion; 1.0 and 1.1 are never allowed here (RFC 8996).</remarks>
    public static SslProtocols Of(GatewayTls tls)
    {
        var allows12 = tls.MinVersion != TlsProtocolVersion.Tls13;
        var allows13 = tls.MaxVersion is TlsProtocolVersion.TlsAuto or TlsProtocolVersion.Tls13;
        // Bounds that leave nothing are read as their upper one: a server that takes nobody helps nobody.
        return (allows12, allows13) switch
        {
            (true, true) => SslProtocols.Tls12 | SslProtocols.Tls13,
            (false, _) => SslProtocols.Tls13,
            _ => SslProtocols.Tls12,
        };
    }
}
