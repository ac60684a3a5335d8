using System.Text;

namespace Mesh.Hosting;

/// <summary>Writes files so that a reader, or a crash, sees the old content or the new one and never a part.</summary>
public static class AtomicFile
{
    /// <summary>Owner may read and write, nobody else anything: for private keys and tokens.</summary>
    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <inheritdoc cref="WriteAsync(string, ReadOnlyMemory{byte}, UnixFileMode?, CancellationToken)"/>
    public static Task WriteAsync(
        string path, string text, UnixFileMode? mode = null, CancellationToken cancellationToken = default) =>
        WriteAsync(path, Encoding.UTF8.GetBytes(text), mode, cancellationToken);

    /// <summary>Temporary file beside <paramref name="path"/>, flushed to disk, then renamed over it.</summary>
    /// <param name="mode">Set before the first byte is written; null leaves what the process's umask gives.</param>
    /// <exception cref="IOException">The folder is missing, full or not writable; the old file is untouched.</exception>
    public static async Task WriteAsync(
        string path, ReadOnlyMemory<byte> content, UnixFileMode? mode = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // A leading dot and no known ending: folder watchers that look for *.yaml or *.pem never see it.
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
            if (mode is { } wanted && !OperatingSystem.IsWindows()) options.UnixCreateMode = wanted;
            var stream = new FileStream(temporary, options);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
