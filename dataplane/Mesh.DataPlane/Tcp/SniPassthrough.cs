using System.Buffers;
using System.Net.Sockets;
using Mesh.Config.Model;
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
    /// <summary>AWS network load balancers forget idle flows silently after 350 s.</summary>
    private const int KeepAliveSeconds = 120;

    private readonly SniPassthroughOptions options;
    private readonly UpstreamConnector connector;

    /// <param name="connector">Dials plain TCP: the bytes it will carry are encrypted already.</param>
    public SniPassthrough(SniPassthroughOptions options, UpstreamConnector connector)
    {
        this.options = options;
        this.connector = connector;
    }

    /// <summary>Serves one accepted connection to its end; the caller disposes the socket.</summary>
    public async Task ServeAsync(Socket downstream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        downstream.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        downstream.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        var refusals = new RefusalLog(options.Process, options.AccessLog, options.Time, downstream.LocalEndPoint, downstream.RemoteEndPoint);
        var buffer = ArrayPool<byte>.Shared.Rent(ClientHelloParser.MaxBytes);
        try
        {
            var (length, hello, refusal) = await ReadHelloAsync(downstream, buffer, cancellationToken).ConfigureAwait(false);
            if (length == 0) return; // a port check, not worth a line
            var upstream = refusal is null ? Resolve(hello!, out refusal) : null;
            if (upstream is null)
            {
                refusals.Write(refusal ?? "refused", hello);
                Reset(downstream);
                return;
            }

            await CarryAsync(downstream, buffer.AsMemory(0, length), hello!, upstream, cancellationToken).ConfigureAwait(false);
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

    private async Task CarryAsync(
        Socket downstream, ReadOnlyMemory<byte> first, ClientHello hello, Upstream upstream, CancellationToken cancellationToken)
    {
        var line = new TcpConnectionLog(options.Process, options.AccessLog, options.Time, downstream, hello, upstream.Key);
        var tried = new List<EndpointId>();
        var problem = "";
        while (tried.Count < options.MaxTries)
        {
            var endpoint = options.Balancer.Pick(upstream, tried);
            // Nothing new to try: an endpoint that just failed would only fail again.
            if (endpoint is null || tried.Contains(EndpointId.Of(endpoint))) break;
            tried.Add(EndpointId.Of(endpoint));
            line.Tried(endpoint);
            UpstreamConnection connection;
            try
            {
                connection = await connector.ConnectAsync(
                    upstream with { Tls = ClientTlsMode.Disable }, endpoint, UpstreamProtocol.Tcp, cancellationToken).ConfigureAwait(false);
                options.Balancer.Report(upstream, endpoint, TryOutcome.Success);
            }
            catch (UpstreamException error)
            {
                options.Balancer.Report(upstream, endpoint, TryOutcome.GatewayError);
                problem = error.Message;
                continue;
            }

            await using (connection.ConfigureAwait(false))
            {
                await SpliceAsync(downstream, first, upstream, endpoint, connection, line, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        line.Failed(problem.Length == 0 ? "UH" : "UF", problem.Length == 0 ? EndpointPicker.WhyNone(upstream) : problem);
        Reset(downstream);
    }

    private async Task SpliceAsync(
        Socket downstream,
        ReadOnlyMemory<byte> first,
        Upstream upstream,
        ProxyEndpoint endpoint,
        UpstreamConnection connection,
        TcpConnectionLog line,
        CancellationToken cancellationToken)
    {
        line.Connected(connection.Local);
        var load = options.Balancer.States.Of(upstream).Of(endpoint);
        load.Enter();
        try
        {
            await connection.Stream.WriteAsync(first, cancellationToken).ConfigureAwait(false);
            var result = await TcpSplice.RunAsync(downstream, connection.Socket, cancellationToken).ConfigureAwait(false);
            line.Closed(result with { Received = result.Received + first.Length });
            // A broken side must look broken to the other: an orderly end would pass a cut stream off as a whole one.
            if (result.Problem is not null)
            {
                Reset(downstream);
                Reset(connection.Socket);
            }
        }
        catch (IOException error)
        {
            line.Closed(new SpliceResult(0, 0, $"upstream connection broke: {error.Message}"));
            Reset(downstream);
        }
        finally
        {
            load.Leave();
        }
    }

    /// <summary>Closes with RST instead of FIN.</summary>
    private static void Reset(Socket socket) => socket.LingerState = new LingerOption(true, 0);
}
