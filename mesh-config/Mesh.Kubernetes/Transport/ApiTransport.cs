using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Transport;

/// <summary>HTTP to one API server: its certificate checked by its own authorities, credentials on every request.</summary>
public static class ApiTransport
{
    /// <summary>How long a silent connection may be dead before it is noticed (HTTP/2 pings), and how long connecting may take.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A client without a timeout of its own: watches last; every other call sets one.</summary>
    public static HttpClient Open(ClusterAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        var authorization = new AuthorizationHandler(access);
        var sockets = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
        };
        if (access.Proxy is { } proxy) sockets.Proxy = new WebProxy(proxy);
        sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => authorization.Certificate!;
        if (access.SkipTlsVerify)
#pragma warning disable CA5359 // Whoever writes insecure-skip-tls-verify asks for just that.
            sockets.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (access.Authorities is { } authorities)
            sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);

        authorization.InnerHandler = sockets;
        return new HttpClient(authorization)
        {
            BaseAddress = access.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, Func<X509Certificate2Collection> authorities)
    {
        // The chain is judged again by the authorities given; a wrong name or no certificate stays wrong.
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (presented is not null)
            foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }
}
