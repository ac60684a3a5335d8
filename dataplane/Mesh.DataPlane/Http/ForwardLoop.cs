using Mesh.Config.Model;
using Mesh.DataPlane.Telemetry;
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
    private readonly HttpPipelineOptions options;
    private readonly TimeProvider time;
    private readonly Random random;

    public ForwardLoop(
        UpstreamBalancer balancer, IHttpForwarding forwarding, RequestMirror mirror, HttpPipelineOptions options, TimeProvider time,
        Random random)
    {
        this.balancer = balancer;
        this.forwarding = forwarding;
        this.mirror = mirror;
        this.options = options;
        this.time = time;
        this.random = random;
    }

    public async Task RunAsync(HttpContext context, ForwardPlan plan, RequestLog record)
    {
        record.ClusterName = plan.ClusterName;
        record.Upstream = plan.Upstream;
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
            if (canHaveBody) record.Body = OpenBody(context, plan);
            // Only here, since what came as gRPC-Web is gRPC by now.
            if (GrpcStatus.IsGrpc(context.Request)) record.IsGrpc = true;
            if (record.IsGrpc && options.Telemetry is not null) CountMessages(record);
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

    private RequestBody OpenBody(HttpContext context, ForwardPlan plan)
    {
        var limit = plan.Retries.Attempts > 0 ? options.ReplayLimit : 0;
        // A mirror is given what is read while it is read.
        return plan.Mirrors.Count == 0 && ShortBody.TryTake(context) is { } whole
            ? new RequestBody(whole, limit)
            : new RequestBody(context.Request.Body, limit);
    }

    private async Task RunAsync(
        HttpContext context, ForwardPlan plan, RequestLog record, UpstreamState state, RequestDeadline deadline)
    {
        using var tries = new RequestTries(plan, state);
        ForwardResult? last = null;
        while (true)
        {
            if (balancer.Pick(plan.Upstream, tries.Endpoints, plan.Hash, tries.Avoid) is not { } endpoint)
            {
                await ReplyNoEndpointAsync(context, plan, record, last).ConfigureAwait(false);
                return;
            }

            record.Tried(endpoint);
            deadline.ShortenGrpcTimeout();
            last = await TryAsync(context, plan, record, state, tries, endpoint, deadline).ConfigureAwait(false);
            record.UpstreamLocal = last.UpstreamLocal;
            record.UpstreamPeer = last.UpstreamPeer;
            record.BytesSent = last.BytesSent;
            record.GrpcStatus = last.GrpcStatus;
            // Only somebody whose certificate was verified is believed.
            if (last is { UpstreamPeer: not null, PeerMetadata: { } told }) record.Peer = options.Peers?.Read(told);
            balancer.Report(plan.Upstream, endpoint, Outcome(last));

            // A declined answer has taken the place of the next try already.
            var again = last.Declined
                || (MayRetry(context, plan, record, deadline)
                    && RetryDecision.Retries(plan.Retries, last.Failure)
                    && TryRetry(tries, record));
            if (!again)
            {
                await FinishAsync(context, plan, record, last, deadline).ConfigureAwait(false);
                return;
            }

            tries.Failed(endpoint);
            await BackOffAsync(plan, record.Attempts, deadline).ConfigureAwait(false);
        }
    }

    private async Task<ForwardResult> TryAsync(
        HttpContext context,
        ForwardPlan plan,
        RequestLog record,
        UpstreamState state,
        RequestTries tries,
        ProxyEndpoint endpoint,
        RequestDeadline deadline)
    {
        var load = state.Of(endpoint);
        load.Enter();
        state.Counters.Tried();
        var started = time.GetTimestamp();
        var span = options.Tracing?.BeginTry(record, context.Request.Headers, plan.ClusterName);
        ForwardResult? result = null;
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
                WholeBody = record.Body?.Whole,
                Headers = plan.Headers,
                RouteName = plan.RouteName,
                Own = plan.Upstream.SecurityOf(endpoint) == UpstreamSecurity.MeshMtls ? options.Peers : null,
                Messages = record.ResponseMessages,
                Accept = (status, grpcStatus) =>
                {
                    record.ServiceTime = time.GetElapsedTime(started);
                    if (RetryDecision.Retries(plan.Retries, status, grpcStatus))
                    {
                        if (MayRetry(context, plan, record, deadline))
                        {
                            if (TryRetry(tries, record)) return false;
                        }
                        else if (plan.Retries.Attempts > 0 && record.Attempts > plan.Retries.Attempts)
                        {
                            record.Flags = ResponseFlags.RetryLimitExceeded;
                        }
                    }

                    // From here on the response is the caller's: neither the try's time nor another try can take it back.
                    perTry.Disarm();
                    tries.EndRetry();
                    record.Body?.StopRecording();
                    return true;
                },
            };
            result = await forwarding.ForwardAsync(attempt, perTry.Token).ConfigureAwait(false);
            if (result.Failure == UpstreamFailure.Overflow) state.Counters.Overflowed();
            result = deadline.Explain(result, perTry, record.Body);
            return result;
        }
        finally
        {
            load.Leave();
            RequestTracing.EndTry(span, result, record);
        }
    }

    private static void CountMessages(RequestLog record)
    {
        record.ResponseMessages = new GrpcMessageCounter();
        if (record.Body is not { } body) return;
        body.Messages = new GrpcMessageCounter();
        if (body.Whole is { } whole) body.Messages.Read(whole);
    }

    private static bool MayRetry(HttpContext context, ForwardPlan plan, RequestLog record, RequestDeadline deadline) =>
        record.Attempts <= plan.Retries.Attempts
        && !context.Response.HasStarted
        && !deadline.IsOver
        && record.Body?.CanReplay != false;

    /// <summary>
    /// gRPC needs HTTP/2. Otherwise the caller's version is kept towards proxies of the mesh, which take both, and towards ports
    /// that declare no protocol; a plain port declared <c>http</c> gets HTTP/1.1. The policy may say otherwise.
    /// </summary>
    /// <remarks>Source: Istio, "Protocol Selection"; h2UpgradePolicy and useClientProtocol of DestinationRule.</remarks>
    internal static bool UseHttp2(HttpContext context, Upstream upstream, ProxyEndpoint endpoint)
    {
        if (upstream.Protocol is ServiceProtocol.Grpc or ServiceProtocol.Http2 || GrpcStatus.IsGrpc(context.Request)) return true;
        if (upstream.Policy.UpgradeToHttp2 is { } upgrade) return upgrade;
        if (!HttpProtocol.IsHttp2(context.Request.Protocol)) return false;
        if (upstream.Policy.UseClientProtocol) return true;
        return upstream.SecurityOf(endpoint) == UpstreamSecurity.MeshMtls || upstream.Protocol == ServiceProtocol.Auto;
    }

    /// <summary>False, and noted for the access log, when the upstream has as many retries under way as it may have.</summary>
    private static bool TryRetry(RequestTries tries, RequestLog record)
    {
        if (tries.TryRetry()) return true;
        record.Flags = ResponseFlags.UpstreamOverflow;
        return false;
    }

    private static TryOutcome Outcome(ForwardResult result)
    {
        switch (result.Failure)
        {
            case UpstreamFailure.Connect or UpstreamFailure.Tls or UpstreamFailure.Reset
                or UpstreamFailure.RefusedStream or UpstreamFailure.Timeout:
                return TryOutcome.LocalOrigin;
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
        if (result.Failure == UpstreamFailure.None) return;
        if (context.RequestAborted.IsCancellationRequested)
        {
            record.Flags = ResponseFlags.DownstreamConnectionTermination;
            record.Details = "the caller went away";
            record.NoResponse = !context.Response.HasStarted;
            return;
        }

        var (status, grpcStatus, flags) = Failed(result, deadline);
        if (plan.Retries.Attempts > 0 && record.Attempts > plan.Retries.Attempts) flags += "," + ResponseFlags.RetryLimitExceeded;
        else if (record.Flags == ResponseFlags.UpstreamOverflow) flags += "," + ResponseFlags.UpstreamOverflow;
        var where = $"{plan.Upstream.Key.Host}:{plan.Upstream.Key.Port}";
        var message = result.Problem.Contains(where, StringComparison.Ordinal) ? result.Problem : $"{where}: {result.Problem}";
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
        UpstreamFailure.Overflow => (503, GrpcStatus.ResourceExhausted, ResponseFlags.UpstreamOverflow),
        UpstreamFailure.RefusedStream => (503, GrpcStatus.Unavailable, ResponseFlags.UpstreamReset),
        UpstreamFailure.RequestBody => (400, GrpcStatus.Internal, ResponseFlags.DownstreamProtocolError),
        _ => (503, GrpcStatus.Unavailable, ResponseFlags.UpstreamConnectionTermination),
    };
}
