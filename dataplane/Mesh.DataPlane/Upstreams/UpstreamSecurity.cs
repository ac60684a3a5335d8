using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>How a connection to one endpoint is secured, after auto mTLS was decided.</summary>
public enum UpstreamSecurity
{
    PlainText,
    MeshMtls,

    /// <summary>Ordinary TLS to a server outside the mesh, verified against the system's roots.</summary>
    Tls,

    /// <summary>Client certificates from files (mode MUTUAL) are not honoured yet: such calls are refused.</summary>
    Unsupported,
}

internal static class UpstreamSecurityDecision
{
    /// <remarks>Source: istio pilot/pkg/networking/core/cluster_tls.go, buildUpstreamTLSSettings.</remarks>
    public static UpstreamSecurity SecurityOf(this Upstream upstream, ProxyEndpoint endpoint) => upstream.Tls switch
    {
        ClientTlsMode.Disable => UpstreamSecurity.PlainText,
        ClientTlsMode.IstioMutual => UpstreamSecurity.MeshMtls,
        ClientTlsMode.Simple => UpstreamSecurity.Tls,
        ClientTlsMode.Mutual => UpstreamSecurity.Unsupported,
        _ => endpoint.Tls == EndpointTls.Istio ? UpstreamSecurity.MeshMtls : UpstreamSecurity.PlainText,
    };
}
