using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tcp.ProxyProtocol;

namespace Mesh.Gateway.Listeners;

/// <summary>A port whose connections are carried as bytes to where its tcp route says.</summary>
internal sealed class TcpListener : IActiveListener
{
    private readonly ConnectionRouter connections;
    private readonly ProxyProtocolReader headers;
    private TcpServer? server;
    private GatewayListener configuration;

    private TcpListener(ConnectionRouter connections, ProxyProtocolReader headers, GatewayListener configuration)
    {
        this.connections = connections;
        this.headers = headers;
        this.configuration = configuration;
    }

    public static TcpListener Open(
        ListenerKey key, GatewayListener configuration, ConnectionRouter connections, ListenerSurroundings surroundings)
    {
        var listener = new TcpListener(connections, surroundings.ProxyProtocol, configuration);
        listener.server = TcpServer.Start(
            key.EndPoint, listener.ServeAsync, surroundings.MaxConnections, surroundings.Loggers.CreateLogger<TcpServer>(),
            surroundings.Http.KeepAlive);
        return listener;
    }

    public void Update(GatewayListener next) => Volatile.Write(ref configuration, next);

    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        if (await headers.ReadAsync(socket, cancellationToken) is not var (remote, local)) return;
        // Gateways do not look at the address that was dialled, so the first rule decides.
        var route = Volatile.Read(ref configuration).TcpRoutes.FirstOrDefault();
        await connections.ServeAsync(TcpDownstream.Of(socket, remote: remote, local: local), route, cancellationToken: cancellationToken);
    }
}
