using System.Collections.Immutable;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Tcp;

/// <summary>What a TLS client says before anything is encrypted, as far as routing needs it.</summary>
/// <param name="ServerName">SNI host name in lower case; null when the client sent none.</param>
/// <param name="Alpn">Protocols the client offers, in its order; empty when it offers none.</param>
/// <remarks>Source: RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301 §3.1.</remarks>
public sealed record ClientHello(string? ServerName, ImmutableArray<string> Alpn)
{
    /// <summary>
    /// True when the client offers one of the ALPN values by which Istio's gateways and permissive listeners recognise mesh mTLS.
    /// </summary>
    /// <remarks>Source: istio pilot/pkg/networking/core/gateway.go, mtlsALPN lists.</remarks>
    public bool OffersMeshAlpn => Alpn.Any(MeshAlpn.IsMesh);
}
