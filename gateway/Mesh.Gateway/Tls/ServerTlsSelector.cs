using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;

namespace Mesh.Gateway.Tls;

/// <summary>Finds the Gateway server and certificate for a ClientHello: the most specific host pattern wins.</summary>
internal sealed class ServerTlsSelector(
    CertificateStore certificates, IWorkloadIdentity identity, IReadOnlyCollection<string> trustDomains, TimeProvider time)
{
    /// <summary>Reads the certificates of a listener ahead of its clients, so that what is missing shows at once.</summary>
    public void Prepare(GatewayListener listener)
    {
        foreach (var server in listener.Servers)
            if (server.Tls.Mode is GatewayTlsMode.Simple or GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual) certificates.Find(server.Tls);
    }

    /// <summary>Null when no server of the port may answer this client.</summary>
    public ServerHandshake? Select(GatewayListener listener, ClientHello hello)
    {
        if (FindServer(listener, hello.ServerName) is not { } server) return null;
        if (server.Tls.Mode == GatewayTlsMode.IstioMutual) return SelectMesh(server.Tls);
        if (certificates.Find(server.Tls) is not { } certificate) return null;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Context,
            EnabledSslProtocols = TlsVersions.Of(server.Tls),
            CipherSuitesPolicy = CipherSuites.Policy(server.Tls.CipherSuites),
            AllowRenegotiation = false,
        };
        // A client without ALPN speaks HTTP/1.1; one that offers only what is not served is refused by the handshake. Where the bytes
        // inside are not looked into, nothing is known of what is served.
        if (!hello.Alpn.IsEmpty && server.Protocol != "TLS") options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        if (server.Tls.Mode is GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual) RequireClient(options, server.Tls, certificate);
        return new ServerHandshake(options);
    }

    /// <summary>The gateway's own identity is the server's, and clients are workloads of the mesh.</summary>
    private ServerHandshake? SelectMesh(GatewayTls tls)
    {
        if (identity.Current is not { } certificate) return null;
        var mesh = PeerVerifier.ForClient(trustDomains);
        var options = MeshTls.ServerOptions(certificate, mesh);
        options.EnabledSslProtocols = TlsVersions.Of(tls);
        options.CipherSuitesPolicy = CipherSuites.Policy(tls.CipherSuites);
        options.RemoteCertificateValidationCallback = (sender, presented, chain, errors) =>
            mesh.Verify(sender, presented, chain, errors) && ClientCertificates.NameFits(presented, tls);
        return new ServerHandshake(options, IsMesh: true);
    }

    /// <summary>Exact, then the longest wildcard, then <c>*</c>; a client without SNI gets <c>*</c> only.</summary>
    internal static GatewayServer? FindServer(GatewayListener listener, string? name)
    {
        GatewayServer? best = null;
        var bestLength = -1;
        foreach (var server in listener.Servers)
        {
            foreach (var host in server.Hosts)
            {
                var length = MatchLength(host, name);
                if (length <= bestLength) continue;
                best = server;
                bestLength = length;
            }
        }

        return best;
    }

    /// <summary>How specifically <paramref name="pattern"/> matches; -1 when it does not.</summary>
    private static int MatchLength(string pattern, string? name)
    {
        if (pattern == "*") return 0;
        if (name is null) return -1;
        if (pattern.StartsWith("*.", StringComparison.Ordinal))
            return name.Length > pattern.Length - 1 && name.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) ? pattern.Length : -1;
        return name.Equals(pattern, StringComparison.OrdinalIgnoreCase) ? int.MaxValue : -1;
    }

    private void RequireClient(SslServerAuthenticationOptions options, GatewayTls tls, ServerCertificate certificate)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(certificate.ClientRoots ?? []);
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = policy;
        // A resumed session would keep a judgement that may since have changed.
        options.AllowTlsResume = false;
        options.RemoteCertificateValidationCallback = (_, presented, chain, errors) =>
            ClientCertificates.Accepts(tls, certificate.Revocations, time.GetUtcNow(), presented, chain, errors);
    }
}
