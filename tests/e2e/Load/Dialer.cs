using System.Net.Sockets;

namespace Mesh.EndToEnd.Load;

/// <summary>
/// Connects to the first of some addresses that takes the connection, beginning with the one that took the last: what a client does
/// whose name server gives several.
/// </summary>
internal sealed class Dialer(string networkNamespace, IReadOnlyList<string> addresses, int port)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private int current;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var first = Volatile.Read(ref current);
        for (var i = 0; ; i++)
        {
            var next = (first + i) % addresses.Count;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            try
            {
                var stream = await NamespaceDialer.ConnectAsync(networkNamespace, addresses[next], port, limit.Token);
                Volatile.Write(ref current, next);
                return stream;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                if (i + 1 < addresses.Count) continue;
                throw failure is SocketException ? failure : new SocketException((int)SocketError.TimedOut);
            }
        }
    }
}
