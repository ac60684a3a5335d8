using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.DataPlane.Http.GrpcWeb;

/// <summary>
/// The response of a gRPC call as a gRPC-Web client reads it: its trailers are the last frame of the body. An answer that is not gRPC,
/// such as an error page of a server, becomes a gRPC status whose message is that page.
/// </summary>
internal sealed class GrpcWebResponseBody : Stream, IHttpResponseBodyFeature, IHttpResponseTrailersFeature
{
    /// <summary>Marks the frame that holds the trailers.</summary>
    private const byte TrailersFlag = 0x80;

    private const int PrefixLength = 5;

    /// <summary>Most bytes of an answer that is not gRPC that become a message.</summary>
    private const int LongestMessage = 16 * 1024;

    private readonly HttpContext context;
    private readonly IHttpResponseBodyFeature inner;
    private readonly GrpcWebMediaType type;
    private readonly GrpcWebTextWriter? text;
    private readonly ArrayBufferWriter<byte> encoded = new();
    private ArrayBufferWriter<byte>? page;
    private PipeWriter? writer;
    private bool begun;
    private bool completed;

    public GrpcWebResponseBody(HttpContext context, GrpcWebMediaType type)
    {
        this.context = context;
        this.type = type;
        inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        text = type.IsText ? new GrpcWebTextWriter() : null;
    }

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public Stream Stream => this;

    public PipeWriter Writer => writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void DisableBuffering() => inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        return page is null ? inner.StartAsync(cancellationToken) : Task.CompletedTask;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        if (page is not null)
        {
            page.Write(buffer.Span[..Math.Min(buffer.Length, LongestMessage - page.WrittenCount)]);
            return;
        }

        if (text is null)
        {
            await inner.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        encoded.ResetWrittenCount();
        text.Write(buffer.Span, encoded);
        await inner.Stream.WriteAsync(encoded.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("response bodies are written asynchronously");

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Begin();
        return page is null ? inner.Stream.FlushAsync(cancellationToken) : Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public async Task CompleteAsync()
    {
        if (completed) return;
        completed = true;
        if (context.RequestAborted.IsCancellationRequested) return;
        if (writer is not null) await writer.FlushAsync().ConfigureAwait(false);
        Begin();
        if (page is not null) ExplainPage();
        else if (Trailers.Count > 0) await WriteAsync(TrailersFrame()).ConfigureAwait(false);
        await inner.CompleteAsync().ConfigureAwait(false);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The headers are complete: they say what the answer is, and are changed before they are sent.</summary>
    private void Begin()
    {
        if (begun) return;
        begun = true;
        var response = context.Response;
        var isGrpc = GrpcStatus.IsGrpc(response.ContentType) || response.Headers.ContainsKey(GrpcStatus.StatusHeader);
        if (!isGrpc && !response.HasStarted) page = new ArrayBufferWriter<byte>();
        if (response.HasStarted) return;
        response.ContentType = type.ToString();
        response.ContentLength = null;
    }

    private void ExplainPage()
    {
        var response = context.Response;
        response.Headers[GrpcStatus.StatusHeader] = GrpcStatus.OfHttp(response.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers[GrpcStatus.MessageHeader] = GrpcStatus.EncodeMessage(Encoding.UTF8.GetString(page!.WrittenSpan));
        response.ContentLength = 0;
    }

    private ReadOnlyMemory<byte> TrailersFrame()
    {
        var lines = new StringBuilder();
        foreach (var (name, values) in Trailers)
            foreach (var value in values) lines.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
        var size = Encoding.UTF8.GetByteCount(lines.ToString());
        var frame = new byte[PrefixLength + size];
        frame[0] = TrailersFlag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        Encoding.UTF8.GetBytes(lines.ToString(), frame.AsSpan(PrefixLength));
        return frame;
    }
}
