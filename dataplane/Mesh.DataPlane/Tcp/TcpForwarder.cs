using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tcp;

/// <summary>Carries a connection's bytes to an endpoint and back, with one log line when it is connected and one when it ends.</summary>
public sealed class TcpForwarder(
    string process, UpstreamBalancer balancer, UpstreamConnector connector, IAccessLog accessLog, TimeProvider time,
    ProxyTelemetry? telemetry = null)
{
    /// <summary>Endpoints tried before giving up.</summary>
    private const int MaxTries = 3;

    /// <summary>Serves an accepted connection to its end; closing it is the caller's.</summary>
    /// <param name="connected">
    /// Called once the upstream is connected, before the first byte; null when none was, with the reason. Then nothing is carried.
    /// </param>
    public async Task RunAsync(
        TcpDownstream downstream, TcpForwardPlan plan, Func<string?, Task>? connected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        ArgumentNullException.ThrowIfNull(plan);
        var log = new TcpConnectionLog(process, accessLog, time, downstream, plan);
        var state = balancer.States.Of(plan.Upstream);
        if (!state.TryEnterConnection(plan.Upstream.Policy.MaxConnections))
        {
            var full = $"{plan.Upstream.Key.Host}:{plan.Upstream.Key.Port} has reached its limit of {plan.Upstream.Policy.MaxConnections} connections";
            log.Refused(ResponseFlags.UpstreamOverflow, full);
            telemetry?.Opened(downstream, plan, null, null, ResponseFlags.UpstreamOverflow).Closed();
            if (connected is not null) await connected(full).ConfigureAwait(false);
            else downstream.Abort(full);
            return;
        }

        try
        {
            await CarryAsync(downstream, plan, connected, log, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            state.LeaveConnection();
        }
    }

    /// <summary>Turns a connection away, with one log line that says why.</summary>
    /// <param name="flags">One of <see cref="ResponseFlags"/>.</param>
    public void Refuse(TcpDownstream downstream, string reason, ClientHello? hello = null, string flags = ResponseFlags.NoRoute)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        new RefusalLog(process, accessLog, time, downstream.Local, downstream.Remote).Write(reason, hello, flags, downstream.Peer);
        telemetry?.Opened(downstream, null, null, null, flags).Closed();
        downstream.Abort(reason);
    }

    private async Task CarryAsync(
        TcpDownstream downstream, TcpForwardPlan plan, Func<string?, Task>? connected, TcpConnectionLog log, CancellationToken cancellationToken)
    {
        var (dialled, endpoint, problem) = await DialAsync(log, downstream, plan, cancellationToken).ConfigureAwait(false);
        if (connected is not null) await connected(problem).ConfigureAwait(false);
        if (dialled is null || endpoint is null)
        {
            // In order where the caller was told why, else so that it sees a failure.
            if (connected is null) downstream.Abort(problem ?? "no upstream");
            return;
        }

        await using (dialled.ConfigureAwait(false))
        {
            var load = balancer.States.Of(plan.Upstream).Of(endpoint);
            load.Enter();
            var meter = telemetry?.Opened(downstream, plan, endpoint, dialled.Peer);
            try
            {
                await SpliceAsync(downstream, plan, dialled, log, meter, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                load.Leave();
                meter?.Closed();
            }
        }
    }

    private async Task<(UpstreamConnection? Connection, ProxyEndpoint? Endpoint, string? Problem)> DialAsync(
        TcpConnectionLog log, TcpDownstream downstream, TcpForwardPlan plan, CancellationToken cancellationToken)
    {
        var upstream = plan.Upstream;
        var dialled = plan.IsSealed ? upstream with { Tls = ClientTlsMode.Disable } : upstream;
        var tried = new List<EndpointId>();
        string? problem = null;
        while (tried.Count < MaxTries)
        {
            var endpoint = balancer.Pick(upstream, tried);
            // Nothing new to try: an endpoint that just failed would only fail again.
            if (endpoint is null || tried.Contains(EndpointId.Of(endpoint))) break;
            tried.Add(EndpointId.Of(endpoint));
            log.Tried(endpoint);
            try
            {
                var connection = await connector.ConnectAsync(dialled, endpoint, UpstreamProtocol.Tcp, cancellationToken).ConfigureAwait(false);
                balancer.Report(upstream, endpoint, TryOutcome.Success);
                log.Connected(connection);
                return (connection, endpoint, null);
            }
            catch (UpstreamException error)
            {
                balancer.Report(upstream, endpoint, TryOutcome.GatewayError);
                problem = error.Message;
            }
        }

        var flags = problem is null ? ResponseFlags.NoHealthyUpstream : ResponseFlags.UpstreamConnectionFailure;
        problem ??= EndpointPicker.WhyNone(upstream);
        log.Refused(flags, problem);
        telemetry?.Opened(downstream, plan, null, null, flags).Closed();
        return (null, null, problem);
    }

    private async Task SpliceAsync(
        TcpDownstream downstream, TcpForwardPlan plan, UpstreamConnection upstream, TcpConnectionLog log, ITcpMeter? meter,
        CancellationToken cancellationToken)
    {
        var first = plan.First;
        var policy = plan.Upstream.Policy;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inOrder = false;
        try
        {
            meter?.Received(first.Length);
            if (!first.IsEmpty) await upstream.Stream.WriteAsync(first, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            log.Closed(new SpliceResult(0, 0, $"upstream connection broke: {error.Message}"));
            downstream.Abort(error.Message);
            return;
        }

        var stream = downstream.Stream;
        await using (stream.ConfigureAwait(false))
        {
            var clock = new SpliceClock(time, policy.TcpIdleTimeout, policy.MaxConnectionDuration, ended);
            await using var _ = clock.ConfigureAwait(false);
            var result = await TcpSplice.RunAsync(stream, EndDownstream, upstream.Stream, upstream.EndSending, clock, ended.Token, meter)
                .ConfigureAwait(false);
            var problem = inOrder ? null : result.Problem;
            log.Closed(result with { Received = result.Received + first.Length, Problem = problem });
            if (problem is null) return;
            // A broken side must look broken to the other: an orderly end would pass a cut stream off as a whole one.
            downstream.Abort(problem);
            upstream.Reset();
        }

        void EndDownstream()
        {
            if (downstream.EndSending is { } end)
            {
                end();
                return;
            }

            // A connection that ends as a whole: what the server has ended is at its end.
            inOrder = true;
            ended.Cancel();
        }
    }
}
