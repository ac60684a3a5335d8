using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Upstreams;

/// <summary>One open connection to an endpoint, secured as the upstream asks.</summary>
public sealed class UpstreamConnection : IAsyncDisposable
{
    public required Stream Stream { get; init; }

    /// <summary>The socket beneath <see cref="Stream"/>, for half-closing raw connections.</summary>
    public required Socket Socket { get; init; }

    public required EndPoint Local { get; init; }
    public required EndPoint Remote { get; init; }

    /// <summary>Verified identity of the server; null on plain text and on TLS to outside the mesh.</summary>
    public SpiffeId? Peer { get; init; }

    /// <summary>Empty when none was negotiated.</summary>
    public SslApplicationProtocol Alpn { get; init; }

    /// <summary>Tells the server that no more bytes come; its own still may.</summary>
    public void EndSending()
    {
        // The end of the caller's bytes must be told inside TLS; beneath it, it could be anybody's.
        if (Stream is SslStream tls) _ = ShutDownAsync(tls);
        else Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Closing will be with RST instead of FIN, which the server takes for a failure.</summary>
    public void Reset() => Socket.LingerState = new LingerOption(true, 0);

    private static async Task ShutDownAsync(SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The other direction notices by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        Socket.Dispose();
    }
}
