using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mesh.VmAgent.Handover;

/// <summary>
/// Accepts until it is told to stop, and then neither closes the listening socket, which another process goes on with, nor what it
/// accepted. Kestrel's own listener aborts its accept by closing, which may lose the connection of that moment.
/// </summary>
/// <param name="unbind">Closes the listening socket in this process: from then on the system refuses callers that nobody would serve.</param>
internal sealed class HandoverListener(
    Socket socket, SocketConnectionContextFactory connections, Action unbind, CancellationToken stop) : IConnectionListener
{
    private readonly CancellationTokenSource unbound = CancellationTokenSource.CreateLinkedTokenSource(stop);

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <returns>Null: no more are accepted.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!unbound.IsCancellationRequested)
        {
            try
            {
                var accepted = await socket.AcceptAsync(unbound.Token).ConfigureAwait(false);
                accepted.NoDelay = true;
                return connections.Create(accepted);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException)
            {
                // The caller had gone before its turn came.
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await unbound.CancelAsync().ConfigureAwait(false);
            unbind();
        }
        catch (ObjectDisposedException)
        {
            // It was unbound long ago.
        }
    }

    public ValueTask DisposeAsync()
    {
        unbound.Dispose();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
