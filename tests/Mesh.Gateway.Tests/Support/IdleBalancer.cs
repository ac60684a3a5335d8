using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Gateway.Tests.Support;

/// <summary>
/// A balancer as AWS has them: a connection on which nothing is sent for a while is forgotten without a word to either side, and what
/// is sent on it afterwards is lost.
/// </summary>
internal sealed class IdleBalancer : IAsyncDisposable
{
    private readonly TcpServer server;
    private readonly int target;
    private int forgotten;
    private int lost;

    /// <param name="target">Port on 127.0.0.1.</param>
    public IdleBalancer(int target)
    {
        this.target = target;
        server = TcpServer.Start(new IPEndPoint(IPAddress.Loopback, 0), ServeAsync, 100, NullLogger.Instance);
    }

    /// <summary>Silence after which it forgets; not at all until it is set.</summary>
    public TimeSpan Idle { get; set; } = TimeSpan.MaxValue;

    public int Port => server.EndPoint.Port;

    /// <summary>Connections that were forgotten so far.</summary>
    public int Forgotten => Volatile.Read(ref forgotten);

    /// <summary>Pieces that were sent on forgotten connections.</summary>
    public int Lost => Volatile.Read(ref lost);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        using var behind = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await behind.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), cancellationToken);
        var flow = new Flow();
        await Task.WhenAll(CopyAsync(client, behind, flow, cancellationToken), CopyAsync(behind, client, flow, cancellationToken));
    }

    private async Task CopyAsync(Socket from, Socket to, Flow flow, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer, cancellationToken);
            // Judged when somebody sends, as a balancer does.
            if (flow.IsForgotten(Idle, out var first))
            {
                if (first) Interlocked.Increment(ref forgotten);
                Interlocked.Increment(ref lost);
                if (read == 0) return;
                continue;
            }

            if (read == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private sealed class Flow
    {
        private readonly Lock gate = new();
        private long active = TimeProvider.System.GetTimestamp();
        private bool forgotten;

        public bool IsForgotten(TimeSpan idle, out bool first)
        {
            lock (gate)
            {
                first = !forgotten && TimeProvider.System.GetElapsedTime(active) > idle;
                forgotten |= first;
                active = TimeProvider.System.GetTimestamp();
                return forgotten;
            }
        }
    }
}
