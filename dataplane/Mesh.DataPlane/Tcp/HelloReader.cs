using System.IO.Pipelines;

namespace Mesh.DataPlane.Tcp;

/// <summary>Looks at the first bytes of a connection without taking them.</summary>
internal static class HelloReader
{
    /// <summary>How long a client may take to send its ClientHello.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <returns>
    /// The status with the hello or the problem. A connection that ends before it has shown anything is
    /// <see cref="ClientHelloStatus.NeedMore"/>.
    /// </returns>
    /// <exception cref="OperationCanceledException">The client took too long, or the connection was aborted.</exception>
    public static async Task<(ClientHelloStatus Status, ClientHello? Hello, string Problem)> PeekAsync(
        PipeReader input, CancellationToken cancellationToken)
    {
        var examined = 0L;
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            var status = ClientHelloParser.TryParse(buffer, out var hello, out var problem);
            if (status == ClientHelloStatus.NeedMore && !read.IsCompleted && !read.IsCanceled)
            {
                examined = buffer.Length;
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            // Left unexamined, so that the next reader gets these bytes at once.
            input.AdvanceTo(buffer.Start, buffer.GetPosition(Math.Min(examined, buffer.Length)));
            return (status, hello, problem);
        }
    }
}
