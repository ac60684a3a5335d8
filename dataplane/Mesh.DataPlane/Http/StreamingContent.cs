using System.Buffers;
using System.Net;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Http;

/// <summary>
/// Sends a request body piece by piece as it arrives. Headers go out at once, not with the first byte: a caller of a bidirectional stream may
/// wait for the response before it says anything.
/// </summary>
internal sealed class StreamingContent : HttpContent
{
    private const int PieceSize = 16 * 1024;

    private readonly Stream body;
    private readonly long? length;
    private readonly bool http2;
    private readonly CancellationToken stop;
    private bool begun;

    /// <param name="length">Content-Length as the caller sent it; null when it sent none.</param>
    /// <param name="http2">Whether it goes out over HTTP/2.</param>
    /// <param name="stop">Cancelled when the response is over and nobody needs the rest of the body.</param>
    public StreamingContent(Stream body, long? length, bool http2, CancellationToken stop)
    {
        this.body = body;
        this.length = length;
        this.http2 = http2;
        this.stop = stop;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The client tries a request again that the server refused or that is beyond what its GOAWAY names: that is for us to do, from the
        // start of the body.
        if (begun) throw new UpstreamException(UpstreamFailure.RefusedStream, "the server ended the connection before it took the request on");
        begun = true;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        var (isFirst, isSending) = (true, false);
        try
        {
            while (true)
            {
                var pending = body.ReadAsync(buffer, linked.Token);
                if (isFirst && !pending.IsCompleted) await stream.FlushAsync(linked.Token).ConfigureAwait(false);
                isFirst = false;
                var read = await pending.ConfigureAwait(false);
                if (read == 0) return;
                isSending = true;
                await stream.WriteAsync(buffer.AsMemory(0, read), linked.Token).ConfigureAwait(false);
                await stream.FlushAsync(linked.Token).ConfigureAwait(false);
                isSending = false;
            }
        }
        catch (Exception) when (http2 && (isSending || cancellationToken.IsCancellationRequested) && !stop.IsCancellationRequested)
        {
            // The server ended the stream. Why, and whether it took the request on, is told by the response, which fails as well; what is
            // thrown here could get ahead of it.
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }
}
