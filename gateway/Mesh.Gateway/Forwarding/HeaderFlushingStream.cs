namespace Mesh.Gateway.Forwarding;

/// <summary>
/// A response body that sends the response headers to the caller when its first byte is not there yet. YARP would wait for that byte, and
/// a caller of a bidirectional stream may wait for the headers before it lets the server have something to answer. When the
/// body is already at its end nothing is sent early: headers and end of stream go out as one, as gRPC clients expect of a failure.
/// </summary>
internal sealed class HeaderFlushingStream(Stream inner, HttpResponse response) : Stream
{
    private bool read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var pending = inner.ReadAsync(buffer, cancellationToken);
        if (!read && !pending.IsCompleted) await response.Body.FlushAsync(cancellationToken);
        read = true;
        return await pending;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
