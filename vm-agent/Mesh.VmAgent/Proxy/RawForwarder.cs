using System.Net.Security;
using System.Net.Sockets;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections;

namespace Mesh.VmAgent.Proxy;

/// <summary>Carries a connection's bytes to an endpoint and back, with one log line when it is connected and one when it ends.</summary>
public sealed class RawForwarder(
    string process, UpstreamBalancer balancer, UpstreamConnector connector, IAccessLog accessLog, TimeProvider time)
{
    private const int MaxTries = 3;

    /// <summary>Serves an accepted connection to its end.</summary>
    /// <param name="clusterName">For the log, e.g. <c>inbound|9080||</c>.</param>
    /// <param name="authority">For the log: what the caller asked for, where it said so.</param>
    /// <param name="connected">
    /// Called once the upstream is connected, before the first byte; null when no upstream could be connected, with the
    /// reason. Then nothing is carried.
    /// </param>
    public async Task RunAsync(
        ConnectionContext connection,
        Upstream upstream,
        string clusterName,
        string? authority = null,
        Func<string?, Task>? connected = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(upstream);
        var log = new RawConnectionLog(process, accessLog, time, connection, authority);
        var (dialled, endpoint, problem) = await DialAsync(log, upstream, clusterName).ConfigureAwait(false);
        if (connected is not null) await connected(problem).ConfigureAwait(false);
        if (dialled is null || endpoint is null)
        {
            // In order where the caller was told why, else so that it sees a failure.
            if (connected is null) connection.Abort(new ConnectionAbortedException(problem ?? "no upstream"));
            return;
        }

        await using (dialled.ConfigureAwait(false))
        {
            var load = balancer.States.Of(upstream).Of(endpoint);
            load.Enter();
            try
            {
                await SpliceAsync(connection, dialled, log).ConfigureAwait(false);
            }
            finally
            {
                load.Leave();
            }
        }
    }

    private async Task<(UpstreamConnection? Connection, ProxyEndpoint? Endpoint, string? Problem)> DialAsync(
        RawConnectionLog log, Upstream upstream, string clusterName)
    {
        var tried = new List<EndpointId>();
        string? problem = null;
        while (tried.Count < MaxTries)
        {
            var endpoint = balancer.Pick(upstream, tried);
            // Nothing new to try: an endpoint that just failed would only fail again.
            if (endpoint is null || tried.Contains(EndpointId.Of(endpoint))) break;
            tried.Add(EndpointId.Of(endpoint));
            log.Tried(endpoint, clusterName);
            try
            {
                // Not ended by ConnectionClosed: Kestrel raises it when a caller has said its last word, which may be the first.
                var dialled = await connector.ConnectAsync(upstream, endpoint, UpstreamProtocol.Tcp, CancellationToken.None).ConfigureAwait(false);
                balancer.Report(upstream, endpoint, TryOutcome.Success);
                log.Connected(dialled);
                return (dialled, endpoint, null);
            }
            catch (UpstreamException error)
            {
                balancer.Report(upstream, endpoint, TryOutcome.GatewayError);
                problem = error.Message;
            }
        }

        log.Refused(
            problem is null ? ResponseFlags.NoHealthyUpstream : ResponseFlags.UpstreamConnectionFailure,
            problem ??= EndpointPicker.WhyNone(upstream));
        return (null, null, problem);
    }

    private static async Task SpliceAsync(ConnectionContext connection, UpstreamConnection upstream, RawConnectionLog log)
    {
        using var ended = new CancellationTokenSource();
        var inOrder = false;
        var downstream = new DuplexStream(connection.Transport);
        await using (downstream.ConfigureAwait(false))
        {
            var result = await TcpSplice.RunAsync(
                downstream,
                () =>
                {
                    // Kestrel closes a connection as a whole: what the server has ended is at its end.
                    inOrder = true;
                    ended.Cancel();
                },
                upstream.Stream,
                () => EndSending(upstream),
                ended.Token).ConfigureAwait(false);
            log.Closed(result.Received, result.Sent, inOrder ? null : result.Problem);
            // An orderly end would pass a cut stream off as a whole one.
            if (!inOrder && result.Problem is not null) connection.Abort(new ConnectionAbortedException(result.Problem));
        }
    }

    private static void EndSending(UpstreamConnection upstream)
    {
        // The end of the caller's bytes must be told inside TLS; beneath it, it could be anybody's.
        if (upstream.Stream is SslStream tls) _ = ShutDownAsync(tls);
        else upstream.Socket.Shutdown(SocketShutdown.Send);
    }

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
}
