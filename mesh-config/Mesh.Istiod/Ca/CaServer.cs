using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Ca;

/// <summary>Serves a <see cref="CertificateAuthority"/> as istiod does on port 15012: gRPC over TLS, client certificate optional.</summary>
public sealed class CaServer : IAsyncDisposable
{
    private const int MessageLimit = 64 * 1024;
    private const int ConnectionLimit = 4096;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    private readonly WebApplication app;

    private CaServer(WebApplication app) => this.app = app;

    /// <summary>Where it listens; the port is the real one when 0 was asked for.</summary>
    public IPEndPoint EndPoint
    {
        get
        {
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return IPEndPoint.Parse(new Uri(address).Authority);
        }
    }

    /// <summary>Starts listening.</summary>
    /// <param name="configureLogging">Replaces the default providers.</param>
    public static async Task<CaServer> StartAsync(
        CertificateAuthority authority,
        CaServerOptions options,
        TimeProvider time,
        Action<ILoggingBuilder> configureLogging,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configureLogging);
        var builder = WebApplication.CreateSlimBuilder();
        configureLogging(builder.Logging);
        builder.Services.AddSingleton(authority).AddSingleton(options);
        // The order is istiod's: a client certificate beats a token.
        builder.Services.AddSingleton<ICallerAuthenticator>(new ClientCertificateAuthenticator(options.TrustDomain));
        builder.Services.AddSingleton<ICallerAuthenticator>(services => new TokenFolderAuthenticator(
            options.TokenFolder, options.TrustDomain, services.GetRequiredService<ILogger<TokenFolderAuthenticator>>()));
        foreach (var further in options.Authenticators) builder.Services.AddSingleton(further);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = MessageLimit);

        var serving = new ServingCertificate(authority, options.Names, time);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionLimit;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = HandshakeTimeout,
                    OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(Tls(serving.Get(), authority.Roots)),
                });
            });
        });

        var app = builder.Build();
        app.MapGrpcService<CertificateService>();
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new CaServer(app);
    }

    /// <summary>Completes when the process was asked to stop (SIGTERM, SIGINT) and calls in flight have ended.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static SslServerAuthenticationOptions Tls(SslStreamCertificateContext serving, X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ApplicationPolicy.Add(ClientUsage);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = serving,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            AllowTlsResume = false,
            // Asked for but not required; a bad one ends the handshake rather than falling back to a token, as with istiod.
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null || !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors),
        };
    }
}
