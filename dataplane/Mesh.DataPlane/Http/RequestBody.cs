using System.Diagnostics.CodeAnalysis;
using Mesh.DataPlane.Telemetry;

namespace Mesh.DataPlane.Http;

/// <summary>
/// The caller's request body as a source that several tries can read from its start. What was read is remembered up to a limit;
/// beyond it only the current try can go on, and no further one may begin.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither semaphore nor cancellation hold anything to release: no wait handle is asked for, no time set.")]
public sealed class RequestBody
{
    private const int LeastRoom = 4096;

    private readonly Stream source;
    private readonly SemaphoreSlim? reading;
    private readonly int limit;
    private List<MirroredBody>? copies;
    private byte[] recorded = [];
    private int length;
    private long total;
    private bool stopped;
    private bool ended;
    private Task<int>? pending;
    private CancellationTokenSource? over;
    private int isOver;

    /// <param name="limit">Most bytes to remember; 0 when the request will not be tried again.</param>
    public RequestBody(Stream source, int limit)
    {
        this.source = source;
        this.limit = limit;
        reading = new SemaphoreSlim(1, 1);
    }

    /// <summary>A body that is there already, whole.</summary>
    /// <param name="limit">As above: a longer one is not given to another try.</param>
    public RequestBody(byte[] whole, int limit)
    {
        ArgumentNullException.ThrowIfNull(whole);
        source = Stream.Null;
        this.limit = limit;
        Whole = recorded = whole;
        total = length = whole.Length;
        ended = true;
        stopped = whole.Length > limit;
    }

    /// <summary>All of it; null when it has yet to arrive.</summary>
    public byte[]? Whole { get; }

    /// <summary>Counts the gRPC messages in it; null where nobody wants to know.</summary>
    public GrpcMessageCounter? Messages { get; set; }

    /// <summary>Bytes received from the caller.</summary>
    public long Received => Interlocked.Read(ref total);

    /// <summary>True while another try can still be given the whole body.</summary>
    public bool CanReplay => !Volatile.Read(ref stopped);

    /// <summary>Set when reading from the caller failed.</summary>
    public Exception? Error { get; private set; }

    /// <summary>A stream over the whole body, for one try. The one of an abandoned try must not be read any more.</summary>
    public Stream Open() => new TryStream(this);

    /// <summary>Gives <paramref name="copy"/> everything that is read from now on; to be called before the first try.</summary>
    internal void CopyTo(MirroredBody copy) => (copies ??= []).Add(copy);

    /// <summary>The request is over, and nobody will read the rest of its body.</summary>
    internal async ValueTask EndAsync()
    {
        Interlocked.Exchange(ref isOver, 1);
        if (over is not null) await over.CancelAsync().ConfigureAwait(false);
        if (reading is null || (pending is null && copies is null)) return;
        await reading.WaitAsync().ConfigureAwait(false);
        try
        {
            // The server uses again what it reads with: nothing may be left behind there.
            if (pending is { } last) await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            EndCopies(new IOException("the request was over before its body"));
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Reads at <paramref name="offset"/>; 0 at the end of the body.</summary>
    internal async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty) return 0;
        // Held while reading from the caller, so that a new try waits until the abandoned one has left. What is there whole is never read from the caller.
        if (reading is not null) await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (offset >= length && !ended)
            {
                if (pending is null && (limit == 0 || Volatile.Read(ref stopped))) return await PassAsync(buffer, cancellationToken).ConfigureAwait(false);
                await RecordAsync(cancellationToken).ConfigureAwait(false);
            }

            var count = (int)Math.Min(buffer.Length, Math.Max(0, length - offset));
            if (count > 0) recorded.AsSpan((int)offset, count).CopyTo(buffer.Span);
            return count;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Error = error;
            EndCopies(error);
            throw;
        }
        finally
        {
            reading?.Release();
        }
    }

    /// <summary>No further try will come: what was remembered is let go with the next read.</summary>
    public void StopRecording() => Volatile.Write(ref stopped, true);

    /// <summary>Reads for the current try, which is the last one and has consumed all that was remembered.</summary>
    private async ValueTask<int> PassAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        StopRecording();
        recorded = [];
        length = 0;
        var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Took(buffer.Span[..read]);
        return read;
    }

    /// <summary>
    /// Reads into what is remembered. A try may give up waiting, but the read goes on, and the next try gets what it brings: a body of
    /// HTTP/1.1 cannot be read any more once reading it was cancelled.
    /// </summary>
    private async ValueTask RecordAsync(CancellationToken cancellationToken)
    {
        pending ??= BeginReading();
        Task asked = pending;
        await asked.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!asked.IsCompleted) throw new OperationCanceledException(cancellationToken);
        var done = pending;
        pending = null;
        var read = await done.ConfigureAwait(false);
        Took(recorded.AsSpan(length, read));
        length += read;
        if (length > limit) StopRecording();
    }

    private Task<int> BeginReading()
    {
        over ??= new CancellationTokenSource();
        // Looked at after there is something to cancel, as it is set before that is looked for.
        if (Interlocked.CompareExchange(ref isOver, 0, 0) != 0) throw new OperationCanceledException("the request is over");
        // One byte beyond the limit shows that there is more.
        if (length == recorded.Length) Array.Resize(ref recorded, Math.Min(limit + 1, Math.Max(LeastRoom, recorded.Length * 2)));
        return source.ReadAsync(recorded.AsMemory(length), over.Token).AsTask();
    }

    private void Took(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) ended = true;
        Interlocked.Add(ref total, bytes.Length);
        Messages?.Read(bytes);
        Copy(bytes);
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        if (copies is null) return;
        if (bytes.IsEmpty) EndCopies(null);
        else foreach (var copy in copies) copy.Append(bytes);
    }

    private void EndCopies(Exception? broken)
    {
        foreach (var copy in copies ?? []) copy.End(broken);
    }

    private sealed class TryStream(RequestBody body) : Stream
    {
        private long offset;

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
            var read = await body.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
            offset += read;
            return read;
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
    }
}
