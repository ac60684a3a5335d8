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

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        Socket.Dispose();
    }
}
