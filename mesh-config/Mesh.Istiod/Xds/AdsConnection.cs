using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Hosting.Networking;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Protos.Xds;

namespace Mesh.Istiod.Xds;

/// <summary>A TLS connection to istiod for one stream: root, token, certificate and addresses are as new as the stream.</summary>
internal sealed class AdsConnection : IDisposable
{
    private const int WindowBytes = 1024 * 1024;

    private readonly SocketsHttpHandler handler;
    private readonly GrpcChannel channel;
    private readonly Metadata headers;
    private readonly AdsProtocol protocol;

    private AdsConnection(SocketsHttpHandler handler, GrpcChannel channel, Metadata headers, AdsProtocol protocol) =>
        (this.handler, this.channel, this.headers, this.protocol) = (handler, channel, headers, protocol);

    /// <param name="certificate">Null: the token is what proves who we are.</param>
    /// <exception cref="IOException">A file is missing, unreadable, or has not in it what is needed; the message names it.</exception>
    public static async Task<AdsConnection> CreateAsync(
        AdsClientOptions options, SslStreamCertificateContext? certificate, TimeProvider time, CancellationToken cancellationToken)
    {
        var headers = await HeadersAsync(options, certificate is null, cancellationToken).ConfigureAwait(false);
        var policy = await PolicyAsync(options.RootFile, cancellationToken).ConfigureAwait(false);
        var handler = HandlerOf(options, certificate, policy, time);
        var channel = GrpcChannel.ForAddress($"https://{options.ServerName}:{options.Address.Port}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = options.MaxResponseBytes,
        });
        return new AdsConnection(handler, channel, headers, options.Protocol);
    }

    public IAdsStream Open(Node node, CancellationToken cancellationToken)
    {
        var client = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(channel);
        return protocol == AdsProtocol.Delta ? Open(new DeltaDialect()) : Open(new StateOfTheWorldDialect());

        AdsStream<TRequest, TResponse> Open<TRequest, TResponse>(IAdsDialect<TRequest, TResponse> dialect)
            where TRequest : class, Google.Protobuf.IMessage<TRequest>
            where TResponse : class, Google.Protobuf.IMessage<TResponse> =>
            new(dialect, dialect.Open(client, headers, cancellationToken), node);
    }

    public void Dispose()
    {
        channel.Dispose();
        handler.Dispose();
    }

    private static async Task<Metadata> HeadersAsync(AdsClientOptions options, bool tokenNeeded, CancellationToken cancellationToken)
    {
        var headers = new Metadata();
        if (options.ClusterId.Length > 0) headers.Add("clusterid", options.ClusterId);
        if (options.Tokens is { } source)
        {
            if (tokenNeeded) headers.Add("authorization", $"Bearer {await source.GetAsync(cancellationToken).ConfigureAwait(false)}");
            return headers;
        }

        if (options.TokenFile is not { } file) return headers;
        if (!tokenNeeded && !File.Exists(file)) return headers;
        var token = (await ReadAsync(file, "token", cancellationToken).ConfigureAwait(false)).Trim();
        if (token.Length > 0) headers.Add("authorization", $"Bearer {token}");
        else if (tokenNeeded) throw new IOException($"the token file {file} is empty; put the service account's token there");
        return headers;
    }

    private static async Task<X509ChainPolicy> PolicyAsync(string rootFile, CancellationToken cancellationToken)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        var name = RootCertificates.NameOf(rootFile);
        var pem = RootCertificates.IsText(rootFile) ? rootFile : await ReadAsync(rootFile, "root", cancellationToken).ConfigureAwait(false);
        try
        {
            policy.CustomTrustStore.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new IOException($"the root file {name} holds no usable PEM certificate: {error.Message}", error);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new IOException($"the root file {name} holds no PEM certificate; put the CA's root-cert.pem there");
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Given to the caller.")]
    private static SocketsHttpHandler HandlerOf(
        AdsClientOptions options, SslStreamCertificateContext? certificate, X509ChainPolicy policy, TimeProvider time) => new()
        {
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            InitialHttp2StreamWindowSize = WindowBytes,
            KeepAlivePingDelay = options.KeepAlive,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            ConnectTimeout = options.ConnectTimeout,
            // The URL names the server that is expected, which SNI and verification follow; dialled is what was configured.
            ConnectCallback = async (_, token) => await new HostDialer(time, options.Resolve).ConnectAsync(options.Address, token).ConfigureAwait(false),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = certificate,
                AllowTlsResume = false,
            },
        };

    private static async Task<string> ReadAsync(string path, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot read the {what} file {path}: {error.Message}", error);
        }
    }
}
