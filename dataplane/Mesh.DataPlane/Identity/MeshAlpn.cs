using System.Net.Security;
using System.Text;

namespace Mesh.DataPlane.Identity;

/// <summary>
/// ALPN protocols of the mesh. <c>istio-peer-exchange</c> is missing on purpose: a server that selects it expects a metadata
/// frame before anything else.
/// </summary>
/// <remarks>Source: istio pilot/pkg/xds/filters/filters.go, pilot/pkg/security/authn/utils/utils.go.</remarks>
public static class MeshAlpn
{
    public static readonly SslApplicationProtocol Istio = Named("istio");
    public static readonly SslApplicationProtocol IstioHttp10 = Named("istio-http/1.0");
    public static readonly SslApplicationProtocol IstioHttp11 = Named("istio-http/1.1");
    public static readonly SslApplicationProtocol IstioHttp2 = Named("istio-h2");

    /// <summary>What a client offers when it will speak HTTP/2 (gRPC too).</summary>
    public static IReadOnlyList<SslApplicationProtocol> OfferHttp2 { get; } =
        [IstioHttp2, Istio, SslApplicationProtocol.Http2];

    /// <summary>What a client offers when it will speak HTTP/1.1.</summary>
    public static IReadOnlyList<SslApplicationProtocol> OfferHttp11 { get; } =
        [IstioHttp11, Istio, SslApplicationProtocol.Http11];

    /// <summary>What a client offers for opaque bytes.</summary>
    public static IReadOnlyList<SslApplicationProtocol> OfferTcp { get; } = [Istio];

    /// <summary>
    /// What a server accepts, best first. A client that offers <c>istio-h2, istio, h2</c> gets <c>h2</c>, as from Envoy; the
    /// mesh's own values come last so that a client offering nothing else is not refused, which Envoy would not do either.
    /// </summary>
    public static IReadOnlyList<SslApplicationProtocol> Accept { get; } =
        [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11, IstioHttp2, IstioHttp11, IstioHttp10, Istio];

    /// <summary>True when the negotiated protocol says HTTP/2.</summary>
    public static bool IsHttp2(SslApplicationProtocol negotiated) =>
        negotiated == SslApplicationProtocol.Http2 || negotiated == IstioHttp2;

    /// <summary>True when the negotiated protocol says HTTP/1.x.</summary>
    public static bool IsHttp1(SslApplicationProtocol negotiated) =>
        negotiated == SslApplicationProtocol.Http11 || negotiated == IstioHttp11 || negotiated == IstioHttp10;

    /// <summary>True for a value that only mesh clients offer (<c>istio…</c>), as text from a ClientHello.</summary>
    public static bool IsMesh(string offered) =>
        offered is "istio" or "istio-peer-exchange" or "istio-http/1.0" or "istio-http/1.1" or "istio-h2";

    private static SslApplicationProtocol Named(string name) => new(Encoding.ASCII.GetBytes(name));
}
