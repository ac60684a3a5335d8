using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;

namespace Mesh.Gateway.Tls;

/// <summary>Finds the Gateway server and certificate for a ClientHello: the most specific host pattern wins.</summary>
internal sealed class ServerTlsSelector(CertificateStore certificates)
{
    /// <summary>Null when no server of the port may answer this client.</summary>
    public SslServerAuthenticationOptions? Select(GatewayListener listener, ClientHello hello)
    {
        if (FindServer(listener, hello.ServerName) is not { } server) return null;
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
        return options;
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

    private static void RequireClient(SslServerAuthenticationOptions options, GatewayTls tls, ServerCertificate certificate)
    {
        var optional = tls.Mode == GatewayTlsMode.OptionalMutual;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(certificate.ClientRoots ?? []);
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = policy;
        options.RemoteCertificateValidationCallback = (_, presented, _, errors) =>
            presented is null ? optional : (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None && NameFits(presented, tls);
    }

    private static bool NameFits(X509Certificate presented, GatewayTls tls)
    {
        if (tls.SubjectAltNames.IsDefaultOrEmpty) return true;
        if (presented is not X509Certificate2 leaf) return false;
        var names = Mesh.Hosting.Certificates.SubjectAlternativeNames.Of(leaf);
        return tls.SubjectAltNames.Any(wanted => names.Uris.Contains(wanted) || leaf.MatchesHostname(wanted, allowWildcards: false));
    }
}
