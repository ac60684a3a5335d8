using System.Threading.Channels;

namespace Mesh.Hosting.AccessLogs;

/// <summary>Appends access log lines to a file, or to standard output for the path <c>-</c>, from one background task.</summary>
public sealed class AccessLogWriter : IAccessLog, IAsyncDisposable
{
    private const int QueueLimit = 16384;

    private readonly Channel<AccessLogEntry> queue = Channel.CreateBounded<AccessLogEntry>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TextWriter output;
    private readonly Task pump;
    private long dropped;

    /// <exception cref="IOException">The file cannot be opened for appending.</exception>
    public AccessLogWriter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        output = path == "-"
            ? Console.Out
            : new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        pump = Task.Run(PumpAsync);
    }

    /// <summary>Lines lost because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Write(AccessLogEntry entry)
    {
        if (!queue.Writer.TryWrite(entry)) Interlocked.Increment(ref dropped);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await pump.ConfigureAwait(false);
        if (!ReferenceEquals(output, Console.Out)) await output.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (queue.Reader.TryRead(out var entry))
                await output.WriteLineAsync(AccessLogJson.Write(entry)).ConfigureAwait(false);
            // Flushed whenever the queue runs dry, so that a reader sees a line soon and a burst costs one write.
            await output.FlushAsync().ConfigureAwait(false);
        }
    }
}
