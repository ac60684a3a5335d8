using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Mesh.EndToEnd.Load;

/// <summary>gRPC channels as clients of payments open them.</summary>
internal static class Channels
{
    /// <param name="rootFile">Verifies the edge; null: plain HTTP/2, to a proxy on the client's own machine.</param>
    /// <param name="authority">Host and port that requests name.</param>
    /// <param name="watchful">Asks the other side for a sign of life while calls wait.</param>
    public static GrpcChannel Open(Dialer dialer, string authority, string? rootFile, bool watchful)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            // The trace id of a call is set by hand.
            ActivityHeadersPropagator = null,
            ConnectCallback = dialer.ConnectAsync,
        };
        if (watchful)
        {
            // Finds out that the way to the edge is cut, which no status tells.
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
            handler.KeepAlivePingDelay = TimeSpan.FromSeconds(3);
            handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(6);
        }

        if (rootFile is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(rootFile);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return GrpcChannel.ForAddress(
            $"{(rootFile is null ? "http" : "https")}://{authority}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
