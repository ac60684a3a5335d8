using System.IO.Pipelines;

namespace Mesh.DataPlane.Http;

/// <summary>
/// The copy of a request body for one mirror. It waits in memory while the mirror is slower than the caller, up to a limit; beyond
/// it the mirror loses the rest, for the caller is never held up for it.
/// </summary>
internal sealed class MirroredBody
{
    private readonly Pipe pipe;
    private bool ended;

    public MirroredBody(int limit) =>
        pipe = new Pipe(new PipeOptions(pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2, useSynchronizationContext: false));

    /// <summary>What the mirror sends; reading fails when the copy broke off.</summary>
    public Stream Stream => pipe.Reader.AsStream();

    /// <summary>Not to be called at the same time as itself or <see cref="End"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (ended) return;
        bytes.CopyTo(pipe.Writer.GetSpan(bytes.Length));
        pipe.Writer.Advance(bytes.Length);
        var flush = pipe.Writer.FlushAsync();
        if (flush.IsCompletedSuccessfully)
        {
            // The mirror has ended; nobody reads any more.
            if (flush.Result.IsCompleted) End(null);
            return;
        }

        // Nothing of this task is needed: it ends when somebody reads, or with the pipe.
        _ = flush.AsTask();
        End(new IOException("the mirror is slower than the caller"));
    }

    /// <param name="broken">Null when the body is whole.</param>
    public void End(Exception? broken)
    {
        if (ended) return;
        ended = true;
        pipe.Writer.Complete(broken);
    }
}
