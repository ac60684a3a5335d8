using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mesh.VmAgent.Handover;

/// <summary>Kestrel's transport: TCP as its own has it, on sockets that this process opened or inherited.</summary>
internal sealed class HandoverTransport : IConnectionListenerFactory, IDisposable
{
    private const int Backlog = 512;

    private readonly ListenerSockets sockets;
    private readonly SocketConnectionContextFactory connections;
    private readonly CancellationTokenSource stop = new();

    public HandoverTransport(ListenerSockets sockets, ILoggerFactory logs)
    {
        this.sockets = sockets;
        connections = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions(), logs.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = sockets.Borrow(endpoint);
        try
        {
            // Again on an inherited one, which changes nothing.
            socket.Listen(Backlog);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(error.Message, error);
        }

        return ValueTask.FromResult<IConnectionListener>(new HandoverListener(socket, connections, () => sockets.Close(endpoint), stop.Token));
    }

    /// <summary>No listener accepts anything any more; what was accepted goes on.</summary>
    public Task StopAcceptingAsync() => stop.CancelAsync();

    public void Dispose()
    {
        connections.Dispose();
        stop.Dispose();
    }
}
