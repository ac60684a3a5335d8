using System.Text.Json;
using System.Threading.Channels;
using Mesh.Hosting;

namespace SandboxAcquirer;

/// <summary>
/// The file of the operations, only ever appended to. What waits while the disk is busy goes there together with the next
/// write. After a failed write nothing more is taken: the book in memory would be ahead of the file.
/// </summary>
internal sealed class OperationLog : IAsyncDisposable
{
    private readonly Channel<(byte[] Line, TaskCompletionSource Written)> queue =
        Channel.CreateUnbounded<(byte[] Line, TaskCompletionSource Written)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource broken = new();
    private readonly FileStream file;
    private readonly FileStream ownership;
    private readonly Task pump;

    private OperationLog(FileStream file, FileStream ownership)
    {
        this.file = file;
        this.ownership = ownership;
        pump = Task.Run(PumpAsync);
    }

    /// <summary>Set when the file could not be written.</summary>
    public CancellationToken Broken => broken.Token;

    /// <param name="operations">All lines in their order; a torn last one, which nobody was told of, is cut off.</param>
    /// <exception cref="StartupException">Another process has it open, or it is not such a file.</exception>
    public static OperationLog Open(string path, out IReadOnlyList<Operation> operations)
    {
        FileStream? file = null;
        FileStream? ownership = null;
        try
        {
            // Locked for as long as this process lives; a file of its own, since the log may be read at any time.
            ownership = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            operations = Read(file, path);
            return new OperationLog(file, ownership);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            ownership?.Dispose();
            throw new StartupException($"the log {path} cannot be opened: {exception.Message}; choose another with --log", ExitCodes.Failed, exception);
        }
        catch
        {
            file?.Dispose();
            ownership?.Dispose();
            throw;
        }
    }

    /// <summary>Appends after everything that was appended before; ends when the line is on disk.</summary>
    /// <exception cref="IOException">It could not be written, now or earlier.</exception>
    public Task AppendAsync(Operation operation)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(operation, OperationJson.Default.Operation);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return queue.Writer.TryWrite((line, written))
            ? written.Task
            : Task.FromException(new IOException("the log takes nothing more; see the log of this process and start it again"));
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await pump.ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
        await ownership.DisposeAsync().ConfigureAwait(false);
        broken.Dispose();
    }

    private static List<Operation> Read(FileStream file, string path)
    {
        var operations = new List<Operation>();
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var rest = bytes.AsSpan();
        for (var number = 1; rest.IndexOf((byte)'\n') is >= 0 and var end; number++)
        {
            operations.Add(Parse(rest[..end], path, number));
            rest = rest[(end + 1)..];
        }

        file.SetLength(bytes.Length - rest.Length);
        file.Seek(0, SeekOrigin.End);
        return operations;
    }

    private static Operation Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, OperationJson.Default.Operation)
                ?? throw new JsonException("null is not an operation");
        }
        catch (JsonException exception)
        {
            throw new StartupException($"{path}:{number} is not an operation: {exception.Message}; choose another file with --log",
                ExitCodes.UnreadableInput, exception);
        }
    }

    private async Task PumpAsync()
    {
        var waiting = new List<TaskCompletionSource>();
        try
        {
            while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                waiting.Clear();
                while (queue.Reader.TryRead(out var entry))
                {
                    waiting.Add(entry.Written);
                    file.Write(entry.Line);
                    file.WriteByte((byte)'\n');
                }

                file.Flush(flushToDisk: true);
                foreach (var written in waiting) written.SetResult();
            }
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"sandbox-acquirer: the log cannot be written: {exception.Message}").ConfigureAwait(false);
            queue.Writer.TryComplete();
            foreach (var written in waiting) written.TrySetException(exception);
            while (queue.Reader.TryRead(out var entry)) entry.Written.TrySetException(exception);
            await broken.CancelAsync().ConfigureAwait(false);
        }
    }
}
