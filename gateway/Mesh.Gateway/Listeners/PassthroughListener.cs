using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Upstreams;

namespace Mesh.Gateway.Listeners;

/// <summary>An AUTO_PASSTHROUGH port of an east-west gateway.</summary>
internal sealed class PassthroughListener : IActiveListener
{
    private readonly ViewEndpointDirectory directory;
    private TcpServer? server;
    private GatewayListener configuration;

    private PassthroughListener(ViewEndpointDirectory directory, GatewayListener configuration)
    {
        this.directory = directory;
        this.configuration = configuration;
    }

    public static PassthroughListener Open(
        ListenerKey key,
        GatewayListener configuration,
        ViewEndpointDirectory directory,
        UpstreamBalancer balancer,
        UpstreamConnector connector,
        ListenerSurroundings surroundings)
    {
        var listener = new PassthroughListener(directory, configuration);
        var options = new SniPassthroughOptions
        {
            Process = surroundings.Process,
            AccessLog = surroundings.AccessLog,
            Balancer = balancer,
            Telemetry = surroundings.Telemetry,
            ProxyProtocol = surroundings.ProxyProtocol,
            Resolve = listener.Resolve,
        };
        var passthrough = new SniPassthrough(options, connector);
        listener.server = TcpServer.Start(
            key.EndPoint, passthrough.ServeAsync, surroundings.MaxConnections, surroundings.Loggers.CreateLogger<TcpServer>(),
            surroundings.Http.KeepAlive);
        return listener;
    }

    public void Update(GatewayListener next) => Volatile.Write(ref configuration, next);

    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    private Upstream? Resolve(string sni, out string refusal)
    {
        var hosts = Volatile.Read(ref configuration).Servers
            .Where(server => server.Tls.Mode == GatewayTlsMode.AutoPassthrough)
            .SelectMany(server => server.Hosts)
            .ToImmutableArray();
        refusal = "the mesh is not known yet";
        return directory.View?.TryResolvePassthrough(sni, hosts, out var upstream, out refusal) == true ? upstream : null;
    }
}
