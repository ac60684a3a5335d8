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
    private readonly KestrelServer server;

    private HttpServer(KestrelServer server, IPEndPoint endPoint)
    {
        this.server = server;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens; with the real port when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <inheritdoc cref="StartAsync(IPEndPoint, Action{ListenOptions}, RequestDelegate, HttpServerLimits, ILoggerFactory, CancellationToken)"/>
    public static Task<HttpServer> StartAsync(
        IPEndPoint endPoint,
        Action<ListenOptions> connections,
        RequestDelegate application,
        ILoggerFactory loggers,
        CancellationToken cancellationToken) =>
        StartAsync(endPoint, connections, application, HttpServerLimits.Default, loggers, cancellationToken);

    /// <param name="connections">Connection middleware, last the one that tells Kestrel which protocol is spoken.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<HttpServer> StartAsync(
        IPEndPoint endPoint,
        Action<ListenOptions> connections,
        RequestDelegate application,
        HttpServerLimits limits,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var options = new KestrelServerOptions { AddServerHeader = false, ResponseHeaderEncodingSelector = static _ => Encoding.UTF8 };
        // A proxy passes on what comes: sizes and rates are limited by the one who owns the data, idle streams are normal.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxConcurrentConnections = limits.MaxConnections;
        options.Limits.KeepAliveTimeout = limits.IdleTimeout;
        options.Limits.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.Http2.MaxStreamsPerConnection = limits.MaxStreams;
        options.Limits.Http2.KeepAlivePingDelay = limits.PingDelay;
        options.Limits.Http2.KeepAlivePingTimeout = limits.PingTimeout;
        options.Listen(endPoint, connections);

        var sockets = SocketOptions.Create();
        sockets.CreateBoundListenSocket = address =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
            limits.KeepAlive.Apply(socket);
            return socket;
        };
        var transport = new SocketTransportFactory(Options.Create(sockets), loggers);
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
