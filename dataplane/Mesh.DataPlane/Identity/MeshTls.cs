using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting.Certificates;

namespace Mesh.DataPlane.Identity;

/// <summary>Mutual TLS between proxies of the mesh, such that Envoy on the other side accepts it.</summary>
/// <remarks>
/// TLS 1.2 or 1.3, a certificate required on both sides, no host name check, no revocation. With TLS 1.3 a server that
/// refuses the client's certificate does so after the client's handshake has ended: the client sees it at its first read.
/// </remarks>
public static class MeshTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Handshakes as client on <paramref name="transport"/>, which is disposed when it fails.</summary>
    /// <param name="expectedIdentities">SPIFFE URIs the server may have; empty refuses every server (fail closed).</param>
    /// <exception cref="MeshTlsException">The server is not who it must be, or does not speak TLS.</exception>
    public static async Task<SslStream> ConnectAsync(
        Stream transport,
        WorkloadCertificate certificate,
        string sni,
        IReadOnlyCollection<string> expectedIdentities,
        IReadOnlyList<SslApplicationProtocol> alpn,
        CancellationToken cancellationToken)
    {
        var verifier = PeerVerifier.ForServer(expectedIdentities);
        var options = ClientOptions(certificate, sni, verifier, alpn);
        return await HandshakeAsync(
            transport, verifier, "server", (tls, token) => tls.AuthenticateAsClientAsync(options, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Handshakes as server on <paramref name="transport"/>, which is disposed when it fails.</summary>
    /// <exception cref="MeshTlsException">The client is not of the mesh, or does not speak TLS.</exception>
    public static async Task<SslStream> AcceptAsync(
        Stream transport,
        WorkloadCertificate certificate,
        IReadOnlyCollection<string> trustDomains,
        CancellationToken cancellationToken)
    {
        var verifier = PeerVerifier.ForClient(trustDomains);
        var options = ServerOptions(certificate, verifier);
        return await HandshakeAsync(
            transport, verifier, "client", (tls, token) => tls.AuthenticateAsServerAsync(options, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Options for one handshake as client; <paramref name="verifier"/> tells afterwards who the server is.</summary>
    public static SslClientAuthenticationOptions ClientOptions(
        WorkloadCertificate certificate, string sni, PeerVerifier verifier, IReadOnlyList<SslApplicationProtocol> alpn)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(verifier);
        return new SslClientAuthenticationOptions
        {
            TargetHost = sni,
            EnabledSslProtocols = Versions,
            ApplicationProtocols = [.. alpn],
            ClientCertificateContext = certificate.Context,
            CertificateChainPolicy = ChainPolicy(certificate.Roots, ServerUsage),
            RemoteCertificateValidationCallback = verifier.Verify,
            AllowRenegotiation = false,
            // A resumed session would keep the identity of an earlier handshake, and a certificate since replaced.
            AllowTlsResume = false,
        };
    }

    /// <summary>Options for one handshake as server; <paramref name="verifier"/> tells afterwards who the client is.</summary>
    public static SslServerAuthenticationOptions ServerOptions(WorkloadCertificate certificate, PeerVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(verifier);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Versions,
            ApplicationProtocols = [.. MeshAlpn.Accept],
            CertificateChainPolicy = ChainPolicy(certificate.Roots, ClientUsage),
            RemoteCertificateValidationCallback = verifier.Verify,
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
    }

    /// <summary>The identity of a peer whose handshake has succeeded; null without one.</summary>
    public static SpiffeId? PeerId(SslStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.RemoteCertificate is X509Certificate2 leaf
            && SubjectAlternativeNames.Of(leaf).Uris is [var uri]
            && SpiffeId.TryParse(uri, out var id)
            ? id
            : null;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Given to the caller, or disposed in the catch below.")]
    private static async Task<SslStream> HandshakeAsync(
        Stream transport,
        PeerVerifier verifier,
        string peer,
        Func<SslStream, CancellationToken, Task> handshake,
        CancellationToken cancellationToken)
    {
        var tls = new SslStream(transport);
        try
        {
            await handshake(tls, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (exception is AuthenticationException or IOException) throw Explain(exception, verifier, peer);
            throw;
        }
    }

    private static MeshTlsException Explain(Exception exception, PeerVerifier verifier, string peer)
    {
        if (verifier.Failure is { } failure)
        {
            var reason = failure == MeshTlsFailure.NoCertificate ? $"no {peer} certificate" : verifier.Reason!;
            return new MeshTlsException(reason, failure, exception);
        }

        var detail = (exception.InnerException ?? exception).Message;
        return new MeshTlsException($"TLS handshake with the {peer} failed: {detail}", MeshTlsFailure.Handshake, exception);
    }

    private static X509ChainPolicy ChainPolicy(X509Certificate2Collection roots, Oid usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ApplicationPolicy.Add(usage);
        return policy;
    }
}
