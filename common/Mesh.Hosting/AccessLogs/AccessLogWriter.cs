using System.Threading.Channels;
using Mesh.Hosting.Redaction;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Appends access log lines to a file, or to standard output for the path <c>-</c>, from one background task.</summary>
public sealed class AccessLogWriter : IAccessLog, IAsyncDisposable
{
    private const int QueueLimit = 16384;

    private readonly Channel<AccessLogEntry> queue = Channel.CreateBounded<AccessLogEntry>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly string path;
    private readonly Task pump;
    private TextWriter output;
    private volatile bool isReopening;
    private long dropped;

    /// <param name="format">Null: <see cref="MeshLogFormat"/>.</param>
    /// <exception cref="IOException">The file cannot be opened for appending.</exception>
    public AccessLogWriter(string path, IAccessLogFormat? format = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        Format = format ?? MeshLogFormat.Instance;
        output = Open();
        pump = Task.Run(PumpAsync);
    }

    public IAccessLogFormat Format { get; }

    /// <summary>Lines lost because the queue was full or the file could not be written.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Write(AccessLogEntry entry)
    {
        if (!queue.Writer.TryWrite(entry)) Interlocked.Increment(ref dropped);
    }

    /// <summary>The next line goes to a file of the path as it is then: the old one was moved away by a rotation.</summary>
    public void Reopen() => isReopening = true;

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await pump.ConfigureAwait(false);
        if (ReferenceEquals(output, Console.Out)) return;
        try
        {
            await output.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Told already by the pump; a process must be able to end while its disk is full.
        }
    }

    /// <summary>A process and the one that takes over from it write to the same file.</summary>
    private static FileStream OpenFile(string path)
    {
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        Descriptors.SetAppending(file.SafeFileHandle);
        return file;
    }

    private async Task PumpAsync()
    {
        var told = false;
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            try
            {
                if (isReopening) await ReopenAsync().ConfigureAwait(false);
                while (queue.Reader.TryRead(out var entry))
                    if (Format.Line(Redacted(entry)) is { } line) await output.WriteLineAsync(line).ConfigureAwait(false);
                // Flushed whenever the queue runs dry, so that a reader sees a line soon and a burst costs one write.
                await output.FlushAsync().ConfigureAwait(false);
                told = false;
            }
            catch (IOException error)
            {
                // A full disk is cleaned up some day: lines are lost until then, the log as such is not.
                Interlocked.Increment(ref dropped);
                if (told) continue;
                told = true;
                await Console.Error.WriteLineAsync($"access log {path}: {error.Message}; lines are lost until it can be written again")
                    .ConfigureAwait(false);
            }
        }
    }

    private TextWriter Open() => path == "-"
        ? Console.Out
        : new StreamWriter(OpenFile(path));

    /// <summary>Where the new file cannot be opened, the old one is written on.</summary>
    private async Task ReopenAsync()
    {
        isReopening = false;
        if (ReferenceEquals(output, Console.Out)) return;
        try
        {
            var next = Open();
            var old = output;
            output = next;
            await old.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"access log {path}: cannot open it anew: {error.Message}; the old file is written on").ConfigureAwait(false);
        }
    }

    /// <summary>Whatever a caller can write into a line is looked at: a card number in a query must not end up in a log.</summary>
    private static AccessLogEntry Redacted(AccessLogEntry entry)
    {
        var isClean = !CardNumbers.In(entry.Path) && !CardNumbers.In(entry.UserAgent) && !CardNumbers.In(entry.RequestId)
            && !CardNumbers.In(entry.ForwardedFor) && !AnyIn(entry.RequestHeaders) && !AnyIn(entry.ResponseHeaders)
            && !CardNumbers.In(entry.Authority) && !CardNumbers.In(entry.RequestedServerName) && !CardNumbers.In(entry.ResponseCodeDetails);
        return isClean
            ? entry
            : entry with
            {
                Path = CardNumbers.Redact(entry.Path),
                UserAgent = CardNumbers.Redact(entry.UserAgent),
                RequestId = CardNumbers.Redact(entry.RequestId),
                ForwardedFor = CardNumbers.Redact(entry.ForwardedFor),
                RequestHeaders = Redacted(entry.RequestHeaders),
                ResponseHeaders = Redacted(entry.ResponseHeaders),
                Authority = CardNumbers.Redact(entry.Authority),
                RequestedServerName = CardNumbers.Redact(entry.RequestedServerName),
                ResponseCodeDetails = CardNumbers.Redact(entry.ResponseCodeDetails),
            };
    }

    private static bool AnyIn(IReadOnlyDictionary<string, string>? headers) =>
        headers is not null && headers.Values.Any(CardNumbers.In);

    private static Dictionary<string, string>? Redacted(IReadOnlyDictionary<string, string>? headers) =>
        headers?.ToDictionary(header => header.Key, header => CardNumbers.Redact(header.Value) ?? "", StringComparer.Ordinal);
}
