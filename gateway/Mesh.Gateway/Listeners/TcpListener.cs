using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;

namespace Mesh.Gateway.Listeners;

/// <summary>A port whose connections are carried as bytes to where its tcp route says.</summary>
internal sealed class TcpListener : IActiveListener
{
    private readonly ConnectionRouter connections;
    private TcpServer? server;
    private GatewayListener configuration;

    private TcpListener(ConnectionRouter connections, GatewayListener configuration)
    {
        this.connections = connections;
        this.configuration = configuration;
    }

    public static TcpListener Open(
        ListenerKey key, GatewayListener configuration, ConnectionRouter connections, int maxConnections, ILoggerFactory loggers)
    {
        var listener = new TcpListener(connections, configuration);
        listener.server = TcpServer.Start(key.EndPoint, listener.ServeAsync, maxConnections, loggers.CreateLogger<TcpServer>());
        return listener;
    }

    public void Update(GatewayListener next) => Volatile.Write(ref configuration, next);

    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    private Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        TcpKeepAlive.Enable(socket);
        // Gateways do not look at the address that was dialled, so the first rule decides.
        var route = Volatile.Read(ref configuration).TcpRoutes.FirstOrDefault();
        return connections.ServeAsync(TcpDownstream.Of(socket), route, cancellationToken: cancellationToken);
    }
}
