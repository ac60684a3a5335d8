using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Networking;

/// <summary>A server with one plain port for both protocols; "/" says what it saw.</summary>
internal sealed class CleartextServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private CleartextServer(WebApplication app) => this.app = app;

    public Uri Address =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<CleartextServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttp1OrHttp2Cleartext()));
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGet("/", async context =>
        {
            var certificate = await context.Connection.GetClientCertificateAsync();
            await context.Response.WriteAsync(
                $"{context.Request.Protocol} {context.Request.Scheme} {context.Request.IsHttps} {certificate is null}");
        });
        app.MapPost("/length", async context =>
        {
            var length = 0L;
            var buffer = new byte[4096];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;) length += read;
            await context.Response.WriteAsync($"{length}");
        });
        await app.StartAsync(cancellationToken);
        return new CleartextServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
