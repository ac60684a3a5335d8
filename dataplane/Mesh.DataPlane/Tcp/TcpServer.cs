using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// Accepts raw TCP connections. Kestrel's transport cannot close one direction of a connection, which byte relays must; hence own sockets.
/// </summary>
public sealed class TcpServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket listener;
    private readonly Func<Socket, CancellationToken, Task> handle;
    private readonly int limit;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopAccepting = new();
    private readonly CancellationTokenSource abort = new();
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task accepting;
    private int open = 1; // the accept loop counts as one, so that zero means "nothing left and none to come"

    private TcpServer(Socket listener, Func<Socket, CancellationToken, Task> handle, int limit, ILogger log)
    {
        this.listener = listener;
        this.handle = handle;
        this.limit = limit;
        this.log = log;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens; with the real port when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections being served.</summary>
    public int Connections => Math.Max(0, Volatile.Read(ref open) - 1);

    /// <param name="handle">Serves one connection and may throw; the socket is disposed afterwards.</param>
    /// <param name="limit">Most connections at a time; further ones are closed at once.</param>
    /// <param name="keepAlive">Null: the default.</param>
    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public static TcpServer Start(
        IPEndPoint endPoint, Func<Socket, CancellationToken, Task> handle, int limit, ILogger log, TcpKeepAlive? keepAlive = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            (keepAlive ?? TcpKeepAlive.Default).Apply(listener);
            listener.Bind(endPoint);
            listener.Listen(1024);
            return new TcpServer(listener, handle, limit, log);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Stops accepting and waits for the connections to end until the token is cancelled; the rest is cut off then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopAccepting.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await accepting.ConfigureAwait(false);
        try
        {
            await empty.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            log.ConnectionsCutOff(EndPoint, Connections);
            await abort.CancelAsync().ConfigureAwait(false);
            await empty.Task.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        stopAccepting.Dispose();
        abort.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopAccepting.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stopAccepting.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref open) - 1 > limit)
                {
                    log.ConnectionOverLimit(EndPoint, limit);
                    socket.Dispose();
                    Release();
                    continue;
                }

                _ = ServeAsync(socket);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (ObjectDisposedException)
            {
                break;
            }
            catch (SocketException error)
            {
                // The peer gave up while waiting, or file descriptors ran out: other connections can still be accepted later.
                log.AcceptFailed(EndPoint, error.Message);
                // Without a pause a process that is out of descriptors spends all it has on failing.
                await Task.Delay(AcceptPause, stopAccepting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Release();
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            await handle(socket, abort.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // One connection's failure is logged and must not end the listener.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (error is not (OperationCanceledException or SocketException or IOException)) log.ConnectionFailed(EndPoint, error);
        }
        finally
        {
            socket.Dispose();
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref open) == 0) empty.TrySetResult();
    }
}
