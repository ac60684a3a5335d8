using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// Port 15443 of an east-west gateway: reads the ClientHello, finds the service its SNI names, and carries the bytes, still
/// encrypted end to end, to one of its endpoints. What is not mesh mTLS to a service exposed here is closed.
/// </summary>
/// <remarks>Source: istio pilot/pkg/networking/core/gateway.go, AUTO_PASSTHROUGH filter chains.</remarks>
public sealed class SniPassthrough
{
    private readonly SniPassthroughOptions options;
    private readonly TcpForwarder forwarder;

    /// <param name="connector">Dials plain TCP: the bytes it will carry are encrypted already.</param>
    public SniPassthrough(SniPassthroughOptions options, UpstreamConnector connector)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        forwarder = new TcpForwarder(options.Process, options.Balancer, connector, options.AccessLog, options.Time, options.Telemetry);
    }

    /// <summary>Serves one accepted connection to its end; the caller disposes the socket.</summary>
    public async Task ServeAsync(Socket downstream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        (EndPoint? Remote, EndPoint? Local) client = (downstream.RemoteEndPoint, downstream.LocalEndPoint);
        if (options.ProxyProtocol is { } headers)
        {
            if (await headers.ReadAsync(downstream, cancellationToken).ConfigureAwait(false) is not { } told)
            {
                Reset(downstream);
                return;
            }

            client = told;
        }

        var refusals = new RefusalLog(options.Process, options.AccessLog, options.Time, client.Local, client.Remote);
        var buffer = ArrayPool<byte>.Shared.Rent(ClientHelloParser.MaxBytes);
        try
        {
            var (length, hello, refusal) = await ReadHelloAsync(downstream, buffer, cancellationToken).ConfigureAwait(false);
            if (length == 0) return; // a port check, not worth a line
            var upstream = refusal is null ? Resolve(hello!, out refusal) : null;
            if (upstream is null)
            {
                refusals.Write(refusal ?? "refused", hello);
                options.Telemetry?.Opened(TcpDownstream.Of(downstream, hello), null, null, null, ResponseFlags.NoRoute).Closed();
                Reset(downstream);
                return;
            }

            await forwarder.RunAsync(
                TcpDownstream.Of(downstream, hello, client.Remote, client.Local),
                new TcpForwardPlan
                {
                    Upstream = upstream,
                    ClusterName = upstream.Key.Sni,
                    First = buffer.AsMemory(0, length),
                    IsSealed = true,
                },
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Upstream? Resolve(ClientHello hello, out string? refusal)
    {
        if (hello.ServerName is not { } sni)
        {
            refusal = "the ClientHello names no server (SNI)";
            return null;
        }

        if (!hello.OffersMeshAlpn)
        {
            refusal = hello.Alpn.IsEmpty
                ? "the client offers no ALPN protocol: not mesh mTLS"
                : $"the client offers ALPN {string.Join(", ", hello.Alpn)}: not mesh mTLS";
            return null;
        }

        var upstream = options.Resolve(sni, out var reason);
        refusal = upstream is null ? reason : null;
        return upstream;
    }

    private async Task<(int Length, ClientHello? Hello, string? Refusal)> ReadHelloAsync(
        Socket downstream, byte[] buffer, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HelloReader.Timeout, options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await downstream.ReceiveAsync(buffer.AsMemory(length, ClientHelloParser.MaxBytes - length), linked.Token)
                    .ConfigureAwait(false);
                if (read == 0) return (length, null, "the connection ended within the ClientHello");
                length += read;
                var status = ClientHelloParser.TryParse(new ReadOnlySequence<byte>(buffer, 0, length), out var hello, out var problem);
                if (status == ClientHelloStatus.Complete) return (length, hello, null);
                if (status != ClientHelloStatus.NeedMore) return (length, null, problem);
                Invariant.Holds(length < ClientHelloParser.MaxBytes, $"{length} bytes of ClientHello and the parser asks for more");
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (Math.Max(length, 1), null, "no ClientHello in time");
        }
        catch (SocketException)
        {
            return (0, null, null);
        }
    }

    /// <summary>Closes with RST instead of FIN.</summary>
    private static void Reset(Socket socket) => socket.LingerState = new LingerOption(true, 0);
}
