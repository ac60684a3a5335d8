using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mesh.DataPlane.Tcp;

/// <summary>Tells Kestrel's HTTP layer about a TLS connection that was terminated by our own middleware.</summary>
internal sealed class TlsConnectionFeatures : ITlsConnectionFeature, ITlsApplicationProtocolFeature, IMeshConnectionFeature
{
    private TlsConnectionFeatures(SslStream? tls, ClientHello? hello)
    {
        Hello = hello;
        if (tls is null) return;
        Alpn = tls.NegotiatedApplicationProtocol.ToString();
        ApplicationProtocol = MeshAlpn.IsHttp2(tls.NegotiatedApplicationProtocol)
            ? SslApplicationProtocol.Http2.Protocol
            : tls.NegotiatedApplicationProtocol.Protocol;
        ClientCertificate = tls.RemoteCertificate as X509Certificate2;
        Protocol = tls.SslProtocol;
    }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; }

    public X509Certificate2? ClientCertificate { get; set; }

    public X509Certificate2? PeerCertificate => ClientCertificate;

    public SslProtocols Protocol { get; }

    public string? ServerName => Hello?.ServerName;

    public SpiffeId? Peer { get; private init; }

    public ClientHello? Hello { get; }

    public string Alpn { get; } = "";

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    /// <summary>A connection whose peer is known by mesh mTLS.</summary>
    public static void SetMesh(ConnectionContext connection, SslStream tls, ClientHello hello)
    {
        var features = new TlsConnectionFeatures(tls, hello) { Peer = MeshTls.PeerId(tls) };
        connection.Features.Set<IMeshConnectionFeature>(features);
        SetHttp(connection, features);
    }

    /// <summary>A connection with a server certificate only, or with a client certificate of no mesh meaning.</summary>
    public static void SetServer(ConnectionContext connection, SslStream tls, ClientHello hello)
    {
        var features = new TlsConnectionFeatures(tls, hello);
        connection.Features.Set<IMeshConnectionFeature>(features);
        SetHttp(connection, features);
    }

    /// <param name="hello">Of TLS that is not terminated here; null without TLS.</param>
    public static void SetPlainText(ConnectionContext connection, ClientHello? hello = null) =>
        connection.Features.Set<IMeshConnectionFeature>(new TlsConnectionFeatures(null, hello));

    private static void SetHttp(ConnectionContext connection, TlsConnectionFeatures features)
    {
        connection.Features.Set<ITlsConnectionFeature>(features);
        connection.Features.Set<ITlsApplicationProtocolFeature>(features);
    }
}
