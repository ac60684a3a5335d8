using System.Net;
using Mesh.FakeKube.Api;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Mesh.FakeKube.Serving;

/// <summary>The listener: TLS with HTTP/2 and HTTP/1.1, client certificates if somebody has one, faults of connections beneath it all.</summary>
internal static class KestrelHost
{
    /// <returns>The running host and where it listens.</returns>
    public static async Task<(WebApplication App, IPEndPoint Bound)> StartAsync(
        ClusterState cluster, IPEndPoint listen, Action<RecordedRequest> record, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 250;
            kestrel.Listen(listen, options => Configure(options, cluster));
        });
        var app = builder.Build();
        var handler = new ApiHandler(cluster, record);
        app.Run(handler.HandleAsync);
        await app.StartAsync(cancellation);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return (app, new IPEndPoint(listen.Address, new Uri(address).Port));
    }

    private static void Configure(ListenOptions options, ClusterState cluster)
    {
        options.Protocols = cluster.Options.Tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        options.Use(next => connection => cluster.Faults.Connections.RunAsync(connection, next));
        if (!cluster.Options.Tls) return;
        string[] names =
        [
            "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "127.0.0.1", "::1",
            cluster.Options.Listen.Address.ToString(), .. cluster.Options.ServingNames,
        ];
        options.UseHttps(https =>
        {
            https.ServerCertificate = cluster.Certificates.Serving(names.Distinct());
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            // Checked when the request is authenticated, so that a wrong one is answered with 401 and not with a broken handshake.
            https.ClientCertificateValidation = (_, _, _) => true;
        });
    }
}
