using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Kubernetes.Tests.Support;

/// <summary>A TLS server that tells who called.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Authorization header of each request.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Subject of each client's certificate; empty without one.</summary>
    public ConcurrentQueue<string> Clients { get; } = new();

    /// <summary>Tokens that get a 401.</summary>
    public ConcurrentDictionary<string, bool> Refused { get; } = new();

    public ConcurrentQueue<string> Impersonated { get; } = new();

    public static async Task<EchoServer> StartAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            });
        }));
        var app = builder.Build();
        var server = new EchoServer(app);
        app.Run(server.Handle);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(addresses.Addresses.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Handle(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        Authorizations.Enqueue(authorization);
        Clients.Enqueue(context.Connection.ClientCertificate?.Subject ?? "");
        Impersonated.Enqueue($"{context.Request.Headers["Impersonate-User"]}/{string.Join(',', context.Request.Headers["Impersonate-Group"].ToArray())}");
        context.Response.StatusCode = Refused.ContainsKey(authorization) ? 401 : 200;
        await context.Response.WriteAsync("{}");
    }
}
