using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Identity;
using Microsoft.AspNetCore.Connections;

namespace Mesh.DataPlane.Tcp;

/// <summary>A connection that was accepted, as far as its bytes are to be carried on.</summary>
public sealed class TcpDownstream
{
    private TcpDownstream(Stream stream, Action? endSending, Action<string> abort)
    {
        Stream = stream;
        EndSending = endSending;
        Abort = abort;
    }

    public Stream Stream { get; }

    /// <summary>Closes the direction towards the client; null where the connection can only be closed as a whole.</summary>
    public Action? EndSending { get; }

    /// <summary>Closes in a way that the client takes for a failure, with the reason for logs.</summary>
    public Action<string> Abort { get; }

    public EndPoint? Local { get; private init; }
    public EndPoint? Remote { get; private init; }

    /// <summary>SNI; null where none was sent or seen.</summary>
    public string? ServerName { get; private init; }

    /// <summary>Verified identity of the client; null when there is none.</summary>
    public SpiffeId? Peer { get; private init; }

    /// <summary>A socket; the caller keeps it and disposes it.</summary>
    /// <param name="remote">The client, where a balancer has told; otherwise the peer is.</param>
    /// <param name="local">What the client dialled, where a balancer has told.</param>
    public static TcpDownstream Of(Socket socket, ClientHello? hello = null, EndPoint? remote = null, EndPoint? local = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new TcpDownstream(
            new NetworkStream(socket, ownsSocket: false),
            () => socket.Shutdown(SocketShutdown.Send),
            // RST instead of FIN.
            _ => socket.LingerState = new LingerOption(true, 0))
        {
            Local = local ?? socket.LocalEndPoint,
            Remote = remote ?? socket.RemoteEndPoint,
            ServerName = hello?.ServerName,
        };
    }

    /// <summary>A Kestrel connection, which ends as a whole.</summary>
    /// <param name="hello">Where it was looked at and TLS goes on untouched; otherwise the connection's own features tell.</param>
    public static TcpDownstream Of(ConnectionContext connection, ClientHello? hello = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var mesh = connection.Features.Get<IMeshConnectionFeature>();
        return new TcpDownstream(
            new DuplexStream(connection.Transport), null, reason => connection.Abort(new ConnectionAbortedException(reason)))
        {
            Local = connection.LocalEndPoint,
            Remote = connection.RemoteEndPoint,
            ServerName = hello?.ServerName ?? mesh?.ServerName,
            Peer = mesh?.Peer,
        };
    }
}
