using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Mesh.Istiod.Ca;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>
/// The discovery port of an istiod, as bytes: gRPC frames are read and written by hand, so that a test can say what the real one
/// said, and also what no library would let it say.
/// </summary>
internal sealed class FakeIstiod : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<FakeStream> streams;

    private FakeIstiod(WebApplication app, Channel<FakeStream> streams) => (this.app, this.streams) = (app, streams);

    public IPEndPoint EndPoint => IPEndPoint.Parse(new Uri(
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority);

    /// <summary>The serving certificate has the names istiod's has.</summary>
    /// <param name="listen">Null: a free loopback port.</param>
    public static async Task<FakeIstiod> StartAsync(CertificateAuthority authority, CancellationToken cancellationToken, IPEndPoint? listen = null)
    {
        var streams = Channel.CreateUnbounded<FakeStream>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var serving = SslStreamCertificateContext.Create(
            authority.IssueServing(["istiod.istio-system.svc"], TimeSpan.FromHours(1)), new X509Certificate2Collection(), offline: true);
        // Streams are quiet for as long as they like.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(listen ?? new IPEndPoint(IPAddress.Loopback, 0), listener =>
        {
            listener.Protocols = HttpProtocols.Http2;
            listener.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = serving,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                        certificate is null || !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable),
                }),
            });
        }));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            using var stream = new FakeStream(context);
            await streams.Writer.WriteAsync(stream, context.RequestAborted);
            await stream.Over;
        });
        await app.StartAsync(cancellationToken);
        return new FakeIstiod(app, streams);
    }

    /// <summary>The next stream that a client opens.</summary>
    public async Task<FakeStream> AcceptAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        return await streams.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        streams.Writer.TryComplete();
        while (streams.Reader.TryRead(out var stream)) stream.Cut();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}
