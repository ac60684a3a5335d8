using System.Net.Sockets;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>The server behind the proxies: answers every request of a connection alike, as soon as it has ended.</summary>
internal sealed class Responder : IHttp2Side
{
    private static readonly byte[] Headers = HeaderBlock.GrpcResponse();
    private static readonly byte[] Trailers = HeaderBlock.GrpcTrailers();

    private readonly byte[] body;
    private readonly Queue<int> waiting = new();
    private readonly Http2Link link;

    private Responder(Stream stream, byte[] body)
    {
        this.body = body;
        link = new Http2Link(stream, isServer: true, this);
    }

    /// <summary>Serves a connection to its end.</summary>
    public static async Task ServeAsync(Stream stream, byte[] body)
    {
        await using (stream)
        {
            try
            {
                await new Responder(stream, body).link.RunAsync(CancellationToken.None);
            }
            catch (SocketException)
            {
                // The proxy was stopped.
            }
        }
    }

    public void Received(int streamId, int bytes, bool isEnd)
    {
        if (!isEnd) return;
        if (waiting.Count > 0 || !link.TryWrite(streamId, Headers, body, Trailers)) waiting.Enqueue(streamId);
    }

    public void Reset(int streamId)
    {
    }

    public void BatchEnded()
    {
        while (waiting.TryPeek(out var streamId) && link.TryWrite(streamId, Headers, body, Trailers)) waiting.Dequeue();
    }

    public void Ended()
    {
    }
}
