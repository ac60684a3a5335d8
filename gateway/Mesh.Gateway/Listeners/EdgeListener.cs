using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Mesh.Gateway.Tls;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Gateway.Listeners;

/// <summary>
/// A port of the edge with HTTP, plain or in TLS, HTTP/1.1 and HTTP/2 on both. On a TLS port each server decides by its name: TLS is
/// terminated or passed through, and holds HTTP or any bytes.
/// </summary>
internal sealed class EdgeListener : IActiveListener
{
    private readonly ServerTlsSelector tls;
    private HttpServer? server;
    private GatewayListener configuration;

    private EdgeListener(ServerTlsSelector tls, GatewayListener configuration)
    {
        this.tls = tls;
        this.configuration = configuration;
        tls.Prepare(configuration);
    }

    public static async Task<EdgeListener> OpenAsync(
        ListenerKey key,
        GatewayListener configuration,
        HttpPipeline pipeline,
        ServerTlsSelector tls,
        ConnectionRouter connections,
        ListenerSurroundings surroundings,
        CancellationToken cancellationToken)
    {
        var listener = new EdgeListener(tls, configuration);
        var options = new ServerTlsOptions
        {
            Process = surroundings.Process,
            AccessLog = surroundings.AccessLog,
            Select = hello => tls.Select(Volatile.Read(ref listener.configuration), hello),
            Take = hello => listener.TakeSealed(connections, hello),
        };
        listener.server = await HttpServer.StartAsync(
            key.EndPoint,
            listen =>
            {
                if (surroundings.ProxyProtocol.AppliesTo(key.EndPoint.Port)) surroundings.ProxyProtocol.Use(listen);
                if (key.Kind == ListenerKind.Tls)
                {
                    listen.UseServerTls(options);
                    listen.Use(next => connection => listener.TakeOpened(connections, connection) ?? next(connection));
                }
                else
                {
                    listen.UseHttp1OrHttp2Cleartext();
                }

                ConnectionLife.Use(listen, surroundings.Http, surroundings.Time);
            },
            context =>
            {
                if (surroundings.Http.MaxRequestsPerConnection is not null) ConnectionLife.Count(context);
                var current = Volatile.Read(ref listener.configuration);
                if (key.Kind == ListenerKind.Tls && IsElsewhere(current, context))
                {
                    return pipeline.RefuseAsync(
                        context, StatusCodes.Status421MisdirectedRequest, GrpcStatus.Unimplemented, ResponseFlags.NoRoute,
                        $"{context.Request.Host.Host} asks for a client certificate; open a connection with this server name");
                }

                return pipeline.RouteAsync(context, current.Routes, current.Port);
            },
            surroundings.Http,
            surroundings.Loggers,
            cancellationToken);
        return listener;
    }

    /// <summary>Null where TLS is terminated.</summary>
    private ConnectionDelegate? TakeSealed(ConnectionRouter connections, ClientHello hello)
    {
        var current = Volatile.Read(ref configuration);
        if (ServerTlsSelector.FindServer(current, hello.ServerName)?.Tls.Mode != GatewayTlsMode.Passthrough) return null;
        return connection => connections.ServeAsync(
            TcpDownstream.Of(connection, hello), L4Route.Find(current.TlsRoutes, hello.ServerName ?? ""), hello);
    }

    /// <summary>Null where there is HTTP inside of TLS.</summary>
    private Task? TakeOpened(ConnectionRouter connections, ConnectionContext connection)
    {
        var current = Volatile.Read(ref configuration);
        var name = connection.Features.Get<IMeshConnectionFeature>()?.ServerName;
        return ServerTlsSelector.FindServer(current, name)?.Protocol == "TLS"
            ? connections.ServeAsync(TcpDownstream.Of(connection), current.TcpRoutes.FirstOrDefault())
            : null;
    }

    /// <summary>
    /// True for a request to a server of this port that judges client certificates, on a connection that was opened to another
    /// server: it came past that judgement.
    /// </summary>
    /// <remarks>Source: RFC 9110 section 15.5.20; Istio's gateways have routes per server and answer 404.</remarks>
    private static bool IsElsewhere(GatewayListener current, HttpContext context)
    {
        var named = ServerTlsSelector.FindServer(current, context.Request.Host.Host);
        if (named?.Tls.Mode is not (GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual or GatewayTlsMode.IstioMutual)) return false;
        var opened = context.Features.Get<IMeshConnectionFeature>()?.ServerName;
        return !ReferenceEquals(named, ServerTlsSelector.FindServer(current, opened));
    }

    public void Update(GatewayListener next)
    {
        tls.Prepare(next);
        Volatile.Write(ref configuration, next);
    }

    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server!.DisposeAsync();
}
