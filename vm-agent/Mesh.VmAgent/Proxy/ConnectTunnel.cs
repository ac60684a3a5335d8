using System.Buffers;
using System.Text;
using Mesh.Config.Model;
using Mesh.DataPlane.Tcp;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Connections;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// CONNECT on a fresh connection. Kestrel has no tunnels over HTTP/1.1, so the request is read here, before Kestrel's HTTP
/// layer: a tunnel to an HTTP port is then handed to that layer, for requests in it deserve routes and retries like any
/// others; every other tunnel is carried as bytes.
/// </summary>
/// <remarks>Source: RFC 9110 section 9.3.6.</remarks>
public sealed class ConnectTunnel(AgentSettings settings, Func<MeshView?> view, TcpForwarder raw, OutsideDestinations? outside)
{
    private const int HeadLimit = 16 * 1024;
    private const byte TlsHandshake = 0x16;
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Method => "CONNECT "u8;

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Serves the connection when it begins with CONNECT; else passes it on untouched.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(next);
        string? head;
        try
        {
            if (!await BeginsWithConnectAsync(connection).ConfigureAwait(false))
            {
                await next(connection).ConfigureAwait(false);
                return;
            }

            head = await ReadHeadAsync(connection).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            return;
        }

        var parts = (head ?? "").Split(' ', 3);
        if (parts.Length < 3 || Destination.Parse(parts[1], defaultPort: 0) is not { } destination)
        {
            await AnswerAsync(connection, "400 Bad Request", "CONNECT must name HOST:PORT").ConfigureAwait(false);
            return;
        }

        await TunnelAsync(connection, next, destination, isSilent: false).ConfigureAwait(false);
    }

    /// <summary>Serves a connection that is for one destination from its first byte, and whose client knows nothing of proxies.</summary>
    public Task CarryAsync(ConnectionContext connection, ConnectionDelegate next, Destination destination)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(next);
        return TunnelAsync(connection, next, destination, isSilent: true);
    }

    /// <param name="isSilent">The client is told nothing: what cannot be carried is closed.</param>
    private async Task TunnelAsync(ConnectionContext connection, ConnectionDelegate next, Destination destination, bool isSilent)
    {
        if (view() is not { } mesh)
        {
            await RefuseAsync(connection, isSilent, "503 Service Unavailable", "nothing is known of the mesh yet").ConfigureAwait(false);
            return;
        }

        var upstream = destination.Upstream(mesh);
        var clusterName = upstream?.Key.ClusterName ?? OutsideDestinations.ClusterName;
        var problem = $"{destination} is not a service of the mesh";
        if (upstream is null && outside is not null)
            (upstream, problem) = await outside.ResolveAsync(destination, connection.ConnectionClosed).ConfigureAwait(false);
        if (upstream is null)
        {
            await RefuseAsync(connection, isSilent, "502 Bad Gateway", problem).ConfigureAwait(false);
            return;
        }

        var plan = new TcpForwardPlan { Upstream = upstream, ClusterName = clusterName, Authority = destination.ToString() };
        if (IsHttp(upstream.Protocol) && !upstream.MeshExternal)
        {
            if (!isSilent) await AnswerAsync(connection, "200 Connection Established", null).ConfigureAwait(false);
            if (!await BeginsWithTlsAsync(connection).ConfigureAwait(false))
            {
                connection.Features.Set<ITunnelFeature>(new TunnelFeature(destination));
                await next(connection).ConfigureAwait(false);
                return;
            }

            await raw.RunAsync(TcpDownstream.Of(connection), plan).ConfigureAwait(false);
            return;
        }

        Func<string?, Task>? connected = isSilent ? null : failure => failure is null
            ? AnswerAsync(connection, "200 Connection Established", null)
            : AnswerAsync(connection, "503 Service Unavailable", failure);
        await raw.RunAsync(TcpDownstream.Of(connection), plan, connected).ConfigureAwait(false);
    }

    private Task RefuseAsync(ConnectionContext connection, bool isSilent, string status, string reason)
    {
        if (!isSilent) return AnswerAsync(connection, status, reason);
        raw.Refuse(TcpDownstream.Of(connection), reason);
        return Task.CompletedTask;
    }

    private static bool IsHttp(ServiceProtocol protocol) =>
        protocol is ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;

    private static async Task<bool> BeginsWithConnectAsync(ConnectionContext connection)
    {
        // A connection that says nothing is not kept for ever.
        using var limit = new CancellationTokenSource(HeadTimeout);
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(limit.Token).ConfigureAwait(false);
            var length = (int)Math.Min(read.Buffer.Length, Method.Length);
            var begins = read.Buffer.Slice(0, length).ToArray().AsSpan().SequenceEqual(Method[..length]);
            var undecided = begins && length < Method.Length && !read.IsCompleted;
            // Examined only while undecided, so that whoever reads next gets the bytes at once.
            input.AdvanceTo(read.Buffer.Start, undecided ? read.Buffer.End : read.Buffer.Start);
            if (!undecided) return begins && length == Method.Length;
        }
    }

    /// <summary>The request line; null when the head is too long or ends early. The head is consumed.</summary>
    private static async Task<string?> ReadHeadAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(HeadTimeout);
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(limit.Token).ConfigureAwait(false);
            var reader = new SequenceReader<byte>(read.Buffer);
            if (reader.TryReadTo(out ReadOnlySequence<byte> head, EndOfHead))
            {
                var text = Encoding.ASCII.GetString(head);
                input.AdvanceTo(reader.Position);
                return text.Split("\r\n")[0];
            }

            var tooLong = read.Buffer.Length > HeadLimit;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || tooLong) return null;
        }
    }

    private static async Task<bool> BeginsWithTlsAsync(ConnectionContext connection)
    {
        var read = await connection.Transport.Input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        var isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
        connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        return isTls;
    }

    private async Task AnswerAsync(ConnectionContext connection, string status, string? text)
    {
        var body = text is null ? "" : $"{settings.Name}: {text}\n";
        var head = text is null ? "" : $"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        await connection.Transport.Output.WriteAsync(
            Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\n{head}\r\n{body}"), CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class TunnelFeature(Destination destination) : ITunnelFeature
    {
        public string Host => destination.Host;

        public int Port => destination.Port;
    }
}
