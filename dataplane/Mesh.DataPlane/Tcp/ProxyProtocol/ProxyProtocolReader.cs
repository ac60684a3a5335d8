using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.DataPlane.Tcp.ProxyProtocol;

/// <summary>
/// Takes the PROXY protocol header off connections from trusted balancers, after which they look as if the client itself had
/// connected. One that must have a header and has none is closed, with an access log line and a count.
/// </summary>
public sealed class ProxyProtocolReader(string process, ProxyProtocolPolicy policy, IAccessLog accessLog, TimeProvider time)
{
    /// <summary>True when connections to this port may begin with a header.</summary>
    public bool AppliesTo(int port) => policy.AppliesTo(port);

    /// <summary>Adds it to a Kestrel listener, before everything else.</summary>
    public void Use(ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Use(next => async connection =>
        {
            if (policy.Trusts(connection.RemoteEndPoint) && !await TakeAsync(connection).ConfigureAwait(false)) return;
            await next(connection).ConfigureAwait(false);
        });
    }

    /// <summary>The addresses that the connection shows after its header, if it has to have one; null: close it.</summary>
    /// <remarks>Exactly the header's bytes are consumed.</remarks>
    public async Task<(EndPoint? Remote, EndPoint? Local)?> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var remote = socket.RemoteEndPoint;
        if (!policy.AppliesTo((socket.LocalEndPoint as IPEndPoint)?.Port ?? 0) || !policy.Trusts(remote)) return (remote, socket.LocalEndPoint);
        using var deadline = new CancellationTokenSource(HelloReader.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var refusals = new RefusalLog(process, accessLog, time, socket.LocalEndPoint, remote);
        var buffer = ArrayPool<byte>.Shared.Rent(ProxyHeaderParser.MaxBytes);
        try
        {
            var (header, problem) = await ReadAsync(socket, buffer, linked.Token).ConfigureAwait(false);
            if (header is null)
            {
                if (problem.Length > 0) Refuse(refusals, problem);
                return null;
            }

            ConnectionMeter.ProxyHeader(accepted: true);
            return (header.Source ?? remote, header.Destination ?? socket.LocalEndPoint);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Refuse(refusals, "no PROXY protocol header in time");
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<(ProxyHeader? Header, string Problem)> ReadAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        var taken = 0;
        while (true)
        {
            // Looked at first and taken afterwards, for what follows the header belongs to somebody else.
            var free = buffer.AsMemory(taken, ProxyHeaderParser.MaxBytes - taken);
            var seen = await socket.ReceiveAsync(free, SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
            if (seen == 0) return (null, taken == 0 ? "" : "the connection ended within the PROXY protocol header");
            var status = ProxyHeaderParser.TryParse(buffer.AsSpan(0, taken + seen), out var header, out var problem);
            if (status == ProxyHeaderStatus.Malformed) return (null, problem);
            var mine = status == ProxyHeaderStatus.Complete ? header!.Length - taken : seen;
            while (mine > 0)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(taken, mine), cancellationToken).ConfigureAwait(false);
                if (read == 0) return (null, "the connection ended within the PROXY protocol header");
                taken += read;
                mine -= read;
            }

            if (status == ProxyHeaderStatus.Complete) return (header, "");
        }
    }

    /// <summary>False when the connection is not to be served.</summary>
    private async Task<bool> TakeAsync(ConnectionContext connection)
    {
        var refusals = new RefusalLog(process, accessLog, time, connection);
        // Not linked to ConnectionClosed: Kestrel raises it when a client has sent its last byte, and what it sent is still answered.
        using var deadline = new CancellationTokenSource(HelloReader.Timeout, time);
        try
        {
            var (header, problem) = await ReadAsync(connection.Transport.Input, deadline.Token).ConfigureAwait(false);
            if (header is not null)
            {
                ConnectionMeter.ProxyHeader(accepted: true);
                connection.RemoteEndPoint = header.Source ?? connection.RemoteEndPoint;
                connection.LocalEndPoint = header.Destination ?? connection.LocalEndPoint;
                return true;
            }

            if (problem.Length > 0) Refuse(refusals, problem);
        }
        catch (OperationCanceledException)
        {
            Refuse(refusals, "no PROXY protocol header in time");
        }
        catch (IOException)
        {
            return false;
        }

        connection.Abort();
        return false;
    }

    private static async Task<(ProxyHeader? Header, string Problem)> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            // A connection that ends without a word is a port check, not worth a line.
            if (buffer.IsEmpty && read.IsCompleted) return (null, "");
            var status = ProxyHeaderParser.TryParse(buffer, out var header, out var problem);
            if (status == ProxyHeaderStatus.Complete)
            {
                // What follows is left unexamined, so that the next reader gets it at once.
                input.AdvanceTo(buffer.GetPosition(header!.Length));
                return (header, "");
            }

            if (status == ProxyHeaderStatus.NeedMore && read.IsCompleted) problem = "the connection ended within the PROXY protocol header";
            else if (status == ProxyHeaderStatus.NeedMore)
            {
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            input.AdvanceTo(buffer.End);
            return (null, problem);
        }
    }

    private static void Refuse(RefusalLog refusals, string problem)
    {
        ConnectionMeter.ProxyHeader(accepted: false);
        refusals.Write(problem, null);
    }
}
