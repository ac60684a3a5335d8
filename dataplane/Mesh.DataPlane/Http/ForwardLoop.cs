using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.DataPlane.Http;

/// <summary>Tries endpoints until one answers, the route's retries or time are used up, or trying again would not be safe.</summary>
internal sealed class ForwardLoop
{
    private readonly UpstreamBalancer balancer;
    private readonly IHttpForwarding forwarding;
    private readonly RequestMirror mirror;
    private readonly int replayLimit;
    private readonly TimeProvider time;
    private readonly Random random;

    public ForwardLoop(
        UpstreamBalancer balancer, IHttpForwarding forwarding, RequestMirror mirror, int replayLimit, TimeProvider time, Random random)
    {
        this.balancer = balancer;
        this.forwarding = forwarding;
        this.mirror = mirror;
        this.replayLimit = replayLimit;
        this.time = time;
        this.random = random;
    }

    public async Task RunAsync(HttpContext context, ForwardPlan plan, RequestLog record)
    {
        record.ClusterName = plan.ClusterName;
        record.RouteName = plan.RouteName;
        var state = balancer.States.Of(plan.Upstream);
        if (!state.TryEnter(plan.Upstream.Policy.Http2MaxRequests))
        {
            await HttpPipeline.RefuseAsync(context, record, StatusCodes.Status503ServiceUnavailable, GrpcStatus.ResourceExhausted,
                ResponseFlags.UpstreamOverflow,
                $"{plan.Upstream.Key.Host}:{plan.Upstream.Key.Port} has reached its limit of concurrent requests").ConfigureAwait(false);
            return;
        }

        try
        {
            var canHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
            if (canHaveBody) record.Body = new RequestBody(context.Request.Body, plan.Retries.Attempts > 0 ? replayLimit : 0);
            using var deadline = new RequestDeadline(context, plan.Timeout, time);
            if (plan.Mirrors.Count > 0) mirror.Start(context, plan, record.Body);
            await RunAsync(context, plan, record, state, deadline).ConfigureAwait(false);
        }
        finally
        {
            if (record.Body is { } body) await body.EndAsync().ConfigureAwait(false);
            state.Leave();
        }
    }

    private async Task RunAsync(
        HttpContext context, ForwardPlan plan, RequestLog record, UpstreamState state, RequestDeadline deadline)
    {
        var tried = new List<EndpointId>();
        var retrying = false;
        try
        {
            ForwardResult? last = null;
            while (true)
            {
                if (balancer.Pick(plan.Upstream, tried, plan.Hash) is not { } endpoint)
                {
                    await ReplyNoEndpointAsync(context, plan, record, last).ConfigureAwait(false);
                    return;
                }

                record.Tried(endpoint);
                deadline.ShortenGrpcTimeout();
                last = await TryAsync(context, plan, record, state, endpoint, deadline).ConfigureAwait(false);
                if (retrying) state.LeaveRetry();
                retrying = false;
                record.UpstreamLocal = last.UpstreamLocal;
                record.UpstreamPeer = last.UpstreamPeer;
                record.BytesSent = last.BytesSent;
                record.GrpcStatus = last.GrpcStatus;
                balancer.Report(plan.Upstream, endpoint, Outcome(last));

                var again = last.Declined
                    || (MayRetry(context, plan, record, deadline) && RetryDecision.Retries(plan.Retries, last.Failure));
                retrying = again && state.TryEnterRetry(plan.Upstream.Policy.MaxRetries);
                if (!retrying)
                {
                    await FinishAsync(context, plan, record, last, deadline).ConfigureAwait(false);
                    return;
                }

                if (plan.Retries.IgnorePreviousHosts) tried.Add(EndpointId.Of(endpoint));
                await BackOffAsync(plan, record.Attempts, deadline).ConfigureAwait(false);
            }
        }
        finally
        {
            // A retry that found no endpoint any more has not been a try, but has taken its place among the retries.
            if (retrying) state.LeaveRetry();
        }
    }

    private async Task<ForwardResult> TryAsync(
        HttpContext context, ForwardPlan plan, RequestLog record, UpstreamState state, ProxyEndpoint endpoint, RequestDeadline deadline)
    {
        var load = state.Of(endpoint);
        load.Enter();
        using var perTry = deadline.BeginTry(plan.Retries.PerTryTimeout);
        try
        {
            var attempt = new ForwardTry
            {
                Context = context,
                Upstream = plan.Upstream,
                Endpoint = endpoint,
                Http2 = UseHttp2(context, plan.Upstream, endpoint),
                Authority = plan.Authority,
                Target = plan.Target,
                Body = record.Body?.Open(),
                Headers = plan.Headers,
                Accept = (status, grpcStatus) =>
                {
                    if (RetryDecision.Retries(plan.Retries, status, grpcStatus))
                    {
                        if (MayRetry(context, plan, record, deadline)) return false;
                        if (plan.Retries.Attempts > 0 && record.Attempts > plan.Retries.Attempts) record.Flags = ResponseFlags.RetryLimitExceeded;
                    }

                    // From here on the response is the caller's: neither the try's time nor another try can take it back.
                    perTry.Disarm();
                    record.Body?.StopRecording();
                    return true;
                },
            };
            var result = await forwarding.ForwardAsync(attempt, perTry.Token).ConfigureAwait(false);
            return deadline.Explain(result, perTry, record.Body);
        }
        finally
        {
            load.Leave();
        }
    }

    private static bool MayRetry(HttpContext context, ForwardPlan plan, RequestLog record, RequestDeadline deadline) =>
        record.Attempts <= plan.Retries.Attempts
        && !context.Response.HasStarted
        && !deadline.IsOver
        && record.Body?.CanReplay != false;

    /// <summary>
    /// gRPC needs HTTP/2. Otherwise the caller's version is kept towards proxies of the mesh, which take both, and towards ports
    /// that declare no protocol; a plain port declared <c>http</c> gets HTTP/1.1.
    /// </summary>
    /// <remarks>Source: Istio, "Protocol Selection".</remarks>
    internal static bool UseHttp2(HttpContext context, Upstream upstream, ProxyEndpoint endpoint)
    {
        if (upstream.Protocol is ServiceProtocol.Grpc or ServiceProtocol.Http2 || GrpcStatus.IsGrpc(context.Request)) return true;
        if (!HttpProtocol.IsHttp2(context.Request.Protocol)) return false;
        return upstream.SecurityOf(endpoint) == UpstreamSecurity.MeshMtls || upstream.Protocol == ServiceProtocol.Auto;
    }

    private static TryOutcome Outcome(ForwardResult result)
    {
        switch (result.Failure)
        {
            case UpstreamFailure.Connect or UpstreamFailure.Tls or UpstreamFailure.Reset
                or UpstreamFailure.RefusedStream or UpstreamFailure.Timeout:
                return TryOutcome.GatewayError;
            case not UpstreamFailure.None:
                return TryOutcome.Ignored;
        }

        var status = result.Status ?? StatusCodes.Status200OK;
        if (result.GrpcStatus is { } grpc && status == StatusCodes.Status200OK) status = GrpcStatus.ToHttp(grpc);
        return status switch
        {
            502 or 503 or 504 => TryOutcome.GatewayError,
            >= 500 => TryOutcome.ServerError,
            _ => TryOutcome.Success,
        };
    }

    /// <summary>Exponential with full jitter, at most ten times the base.</summary>
    private Task BackOffAsync(ForwardPlan plan, int attempts, RequestDeadline deadline)
    {
        var ceiling = plan.Retries.BaseBackoff * Math.Min(10, (1 << Math.Min(attempts, 10)) - 1);
        double share;
        lock (random) share = random.NextDouble();
        return deadline.DelayAsync(ceiling * share);
    }

    private static Task ReplyNoEndpointAsync(HttpContext context, ForwardPlan plan, RequestLog record, ForwardResult? last)
    {
        var message = EndpointPicker.WhyNone(plan.Upstream);
        if (last is { Problem.Length: > 0 }) message += $"; last try: {last.Problem}";
        return HttpPipeline.RefuseAsync(context, record, StatusCodes.Status503ServiceUnavailable, GrpcStatus.Unavailable,
            ResponseFlags.NoHealthyUpstream, message);
    }

    private static async Task FinishAsync(
        HttpContext context, ForwardPlan plan, RequestLog record, ForwardResult result, RequestDeadline deadline)
    {
        if (result.Failure == UpstreamFailure.None && !result.Declined) return;
        if (context.RequestAborted.IsCancellationRequested)
        {
            record.Flags = ResponseFlags.DownstreamConnectionTermination;
            record.Details = "the caller went away";
            record.NoResponse = !context.Response.HasStarted;
            return;
        }

        var (status, grpcStatus, flags) = Failed(result, deadline);
        if (plan.Retries.Attempts > 0 && record.Attempts > plan.Retries.Attempts) flags += "," + ResponseFlags.RetryLimitExceeded;
        var where = $"{plan.Upstream.Key.Host}:{plan.Upstream.Key.Port}";
        var problem = result.Declined ? "answered with an error and too many retries are under way" : result.Problem;
        var message = problem.Contains(where, StringComparison.Ordinal) ? problem : $"{where}: {problem}";
        if (context.Response.HasStarted)
        {
            record.Flags = flags;
            record.Details = message;
            return;
        }

        await HttpPipeline.RefuseAsync(context, record, status, grpcStatus, flags, message).ConfigureAwait(false);
    }

    private static (int Status, int GrpcStatus, string Flags) Failed(ForwardResult result, RequestDeadline deadline) => result.Failure switch
    {
        UpstreamFailure.Timeout => (504, GrpcStatus.DeadlineExceeded, ResponseFlags.UpstreamTimeout),
        UpstreamFailure.Cancelled when deadline.IsOver => (504, GrpcStatus.DeadlineExceeded, ResponseFlags.UpstreamTimeout),
        UpstreamFailure.Connect or UpstreamFailure.Tls or UpstreamFailure.Identity =>
            (503, GrpcStatus.Unavailable, ResponseFlags.UpstreamConnectionFailure),
        UpstreamFailure.Overflow or UpstreamFailure.None => (503, GrpcStatus.ResourceExhausted, ResponseFlags.UpstreamOverflow),
        UpstreamFailure.RefusedStream => (503, GrpcStatus.Unavailable, ResponseFlags.UpstreamReset),
        UpstreamFailure.RequestBody => (400, GrpcStatus.Internal, ResponseFlags.DownstreamProtocolError),
        _ => (503, GrpcStatus.Unavailable, ResponseFlags.UpstreamConnectionTermination),
    };
}
