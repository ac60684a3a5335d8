using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Mesh.Gateway.Tls;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Networking;

namespace Mesh.Gateway.Listeners;

/// <summary>An HTTP port of the edge, plain or with TLS; HTTP/1.1 and HTTP/2 on both.</summary>
internal sealed class EdgeListener : IActiveListener
{
    private HttpServer? server;
    private GatewayListener configuration;

    private EdgeListener(GatewayListener configuration) => this.configuration = configuration;

    public static async Task<EdgeListener> OpenAsync(
        ListenerKey key,
        GatewayListener configuration,
        string process,
        HttpPipeline pipeline,
        ServerTlsSelector tls,
        IAccessLog log,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var listener = new EdgeListener(configuration);
        var options = new ServerTlsOptions
        {
            Process = process,
            AccessLog = log,
            Select = hello => tls.Select(Volatile.Read(ref listener.configuration), hello),
        };
        listener.server = await HttpServer.StartAsync(
            key.EndPoint,
            listen =>
            {
                if (key.Kind == ListenerKind.Https) listen.UseServerTls(options);
                else listen.UseHttp1OrHttp2Cleartext();
            },
            context =>
            {
                var current = Volatile.Read(ref listener.configuration);
                if (key.Kind == ListenerKind.Https && IsElsewhere(current, context))
                {
                    return pipeline.RefuseAsync(
                        context, StatusCodes.Status421MisdirectedRequest, GrpcStatus.Unimplemented, ResponseFlags.NoRoute,
                        $"{context.Request.Host.Host} asks for a client certificate; open a connection with this server name");
                }

                return pipeline.RouteAsync(context, current.Routes, current.Port);
            },
            loggers,
            cancellationToken);
        return listener;
    }

    /// <summary>
    /// True for a request to a server of this port that judges client certificates, on a connection that was opened to another
    /// server: it came past that judgement.
    /// </summary>
    /// <remarks>Source: RFC 9110 section 15.5.20; Istio's gateways have routes per server and answer 404.</remarks>
    private static bool IsElsewhere(GatewayListener current, HttpContext context)
    {
        var named = ServerTlsSelector.FindServer(current, context.Request.Host.Host);
        if (named?.Tls.Mode is not (GatewayTlsMode.Mutual or GatewayTlsMode.OptionalMutual)) return false;
        var opened = context.Features.Get<IMeshConnectionFeature>()?.ServerName;
        return !ReferenceEquals(named, ServerTlsSelector.FindServer(current, opened));
    }

    public void Update(GatewayListener next) => Volatile.Write(ref configuration, next);

    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server!.DisposeAsync();
}
