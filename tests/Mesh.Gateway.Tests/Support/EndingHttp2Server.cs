using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Gateway.Tests.Support;

/// <summary>An HTTP/2 server of few words, which does not answer the second request on its first connection, and serves all others to the end.</summary>
internal sealed class EndingHttp2Server : IAsyncDisposable
{
    private const int Preface = 24;
    private const int Second = 3;
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte WindowUpdate = 8;

    private readonly Http2Ending ending;
    private readonly bool afterBody;
    private readonly TcpServer server;
    private readonly ConcurrentQueue<int> bodies = [];
    private int connections;
    private int requests;

    /// <param name="afterBody">Whether it ends once it has all of the request, or as soon as it sees it.</param>
    public EndingHttp2Server(Http2Ending ending, bool afterBody)
    {
        this.ending = ending;
        this.afterBody = afterBody;
        server = TcpServer.Start(new IPEndPoint(IPAddress.Loopback, 0), ServeAsync, 100, NullLogger.Instance);
    }

    public int Port => server.EndPoint.Port;

    /// <summary>Requests that it saw begin.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Bytes of the bodies of those that it answered.</summary>
    public IReadOnlyList<int> Bodies => [.. bodies];

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var isFirst = Interlocked.Increment(ref connections) == 1;
        await using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(new byte[Preface], cancellationToken);
        // Windows of 16 MiB: for streams, and for the connection.
        await WriteAsync(stream, Settings, 0, 0, [0, 4, 1, 0, 0, 0], cancellationToken);
        await WriteAsync(stream, WindowUpdate, 0, 0, [1, 0, 0, 0], cancellationToken);
        var head = new byte[9];
        var lengths = new Dictionary<int, int>();
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await stream.ReadExactlyAsync(payload, cancellationToken);
            var id = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
            var (type, isLast) = (head[3], (head[4] & 1) != 0);
            if (type == Settings && !isLast) await WriteAsync(stream, Settings, 1, 0, [], cancellationToken);
            if (type == Headers) Interlocked.Increment(ref requests);
            if (type == Data) lengths[id] = lengths.GetValueOrDefault(id) + payload.Length;
            if (type is not (Data or Headers)) continue;
            if (isFirst && id == Second)
            {
                if (type == Headers && !afterBody || isLast && afterBody)
                {
                    if (!await EndAsync(stream, id, cancellationToken)) return;
                }
            }
            else if (isLast)
            {
                bodies.Enqueue(lengths.GetValueOrDefault(id));
                // END_STREAM and END_HEADERS; 0x88 is ":status: 200".
                await WriteAsync(stream, Headers, 5, id, [0x88], cancellationToken);
            }
        }
    }

    /// <returns>False when the connection is to be closed.</returns>
    private async Task<bool> EndAsync(NetworkStream stream, int id, CancellationToken cancellationToken)
    {
        const byte noError = 0, internalError = 2, refusedStream = 7;
        if (ending is Http2Ending.GoAway or Http2Ending.TakenOnAndLost)
        {
            var last = (byte)(ending == Http2Ending.GoAway ? 1 : id);
            await WriteAsync(stream, GoAway, 0, 0, [0, 0, 0, last, 0, 0, 0, noError], cancellationToken);
            return ending == Http2Ending.GoAway;
        }

        var code = ending switch { Http2Ending.Refused => refusedStream, Http2Ending.Broken => internalError, _ => noError };
        await WriteAsync(stream, Reset, 0, id, [0, 0, 0, code], cancellationToken);
        return true;
    }

    private static async Task WriteAsync(Stream stream, byte type, byte flags, int id, byte[] payload, CancellationToken cancellationToken)
    {
        var stated = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(stated, id);
        await stream.WriteAsync(new byte[] { 0, 0, (byte)payload.Length, type, flags }.Concat(stated).Concat(payload).ToArray(), cancellationToken);
    }
}
