using System.Buffers.Text;

namespace Mesh.DataPlane.Http.GrpcWeb;

/// <summary>Reads base64 that comes in pieces of any length; each of the parts it was encoded in may end with padding.</summary>
internal sealed class GrpcWebTextReader(Stream inner) : Stream
{
    private const int PieceSize = 4096;

    private readonly byte[] raw = new byte[PieceSize];
    private readonly byte[] decoded = new byte[PieceSize];
    private int rawLength;
    private int offset;
    private int length;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The body is not base64, or ends in the middle of it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (offset == length)
        {
            var read = await inner.ReadAsync(raw.AsMemory(rawLength), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return rawLength == 0 ? 0 : throw new IOException("the gRPC-Web text ends in the middle of a group of four characters");
            rawLength += read;
            Decode();
        }

        var count = Math.Min(buffer.Length, length - offset);
        decoded.AsSpan(offset, count).CopyTo(buffer.Span);
        offset += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("request bodies are read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Decodes all whole groups of four; what is left waits for the next piece.</summary>
    private void Decode()
    {
        offset = length = 0;
        var groups = raw.AsSpan(0, rawLength / 4 * 4);
        while (!groups.IsEmpty)
        {
            var padding = groups.IndexOf((byte)'=');
            var part = padding < 0 ? groups : groups[..((padding / 4 + 1) * 4)];
            Base64.DecodeFromUtf8(part, decoded.AsSpan(length), out var consumed, out var written);
            if (consumed != part.Length || written < part.Length / 4 * 3 - 2) throw new IOException("the gRPC-Web text is not base64");
            length += written;
            groups = groups[part.Length..];
        }

        var whole = rawLength / 4 * 4;
        raw.AsSpan(whole, rawLength - whole).CopyTo(raw);
        rawLength -= whole;
    }
}
