using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.DataPlane.Http;

/// <summary>
/// One HTTP listener on a bare Kestrel, set up for proxying: no host around it, so that listeners come and go at run time without
/// touching each other.
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    /// <summary>Connections of one listener; more are closed at once. Far above what one process serves well.</summary>
    public const int MaxConnections = 20_000;

    private readonly KestrelServer server;

    private HttpServer(KestrelServer server, IPEndPoint endPoint)
    {
        this.server = server;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens; with the real port when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <param name="connections">Connection middleware, last the one that tells Kestrel which protocol is spoken.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<HttpServer> StartAsync(
        IPEndPoint endPoint,
        Action<ListenOptions> connections,
        RequestDelegate application,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, ResponseHeaderEncodingSelector = static _ => Encoding.UTF8 };
        // A proxy passes on what comes: sizes and rates are limited by the one who owns the data, idle streams are normal.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.Http2.MaxStreamsPerConnection = 1000;
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        options.Listen(endPoint, connections);

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        var server = new KestrelServer(Options.Create(options), transport, loggers);
        try
        {
            await server.StartAsync(new Application(application), cancellationToken).ConfigureAwait(false);
            var address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            return new HttpServer(server, new IPEndPoint(endPoint.Address, new Uri(address).Port));
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops listening, tells HTTP/2 clients to go elsewhere (GOAWAY) and waits for requests in flight until the token is cancelled; the rest is
    /// cut off then.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        server.Dispose();
    }

    private sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
