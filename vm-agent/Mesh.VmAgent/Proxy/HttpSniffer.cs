using System.Buffers;
using System.IO.Pipelines;

namespace Mesh.VmAgent.Proxy;

/// <summary>Tells HTTP from other protocols by the first bytes of a connection.</summary>
/// <remarks>Source: Envoy, "HTTP Inspector"; RFC 9110 section 9.1, RFC 5789, and the preface of RFC 9113 section 3.4.</remarks>
internal static class HttpSniffer
{
    private static readonly byte[][] Beginnings =
    [
        .. new[] { "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "PRI * HTTP/2.0\r\n" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    /// <summary>Looks without taking. What has not shown itself as HTTP until the token is cancelled is none.</summary>
    public static async Task<bool> IsHttpAsync(PipeReader input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            var verdict = Decide(read.Buffer);
            var undecided = verdict is null && !read.IsCompleted;
            // Examined only while undecided, so that whoever reads next gets the bytes at once.
            input.AdvanceTo(read.Buffer.Start, undecided ? read.Buffer.End : read.Buffer.Start);
            if (!undecided) return verdict == true;
        }
    }

    /// <summary>Null while the bytes may still become HTTP.</summary>
    internal static bool? Decide(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> head = stackalloc byte[16];
        head = head[..(int)Math.Min(buffer.Length, head.Length)];
        buffer.Slice(0, head.Length).CopyTo(head);
        var undecided = false;
        foreach (var beginning in Beginnings)
        {
            if (head.StartsWith(beginning)) return true;
            undecided |= head.Length < beginning.Length && beginning.AsSpan().StartsWith(head);
        }

        return undecided ? null : false;
    }
}
