using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>When a request as a whole is over: the caller left, the route's timeout, or the caller's own gRPC deadline.</summary>
internal sealed class RequestDeadline : IDisposable
{
    /// <summary>As good as none, and far from the end of the calendar: <c>grpc-timeout</c> can name eleven thousand years.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1000);

    private readonly HttpContext context;
    private readonly TimeProvider time;
    private readonly bool isGrpcTimeout;
    private readonly DateTimeOffset? endsAt;
    private readonly TimeSpan? limit;
    private readonly CancellationTokenSource? timer;
    private readonly CancellationTokenSource? linked;

    public RequestDeadline(HttpContext context, TimeSpan? routeTimeout, TimeProvider time)
    {
        this.context = context;
        this.time = time;
        var grpcTimeout = GrpcStatus.IsGrpc(context.Request)
            ? GrpcStatus.ParseTimeout(context.Request.Headers[GrpcStatus.TimeoutHeader])
            : null;
        isGrpcTimeout = grpcTimeout is not null;
        limit = Shorter(routeTimeout, grpcTimeout);
        if (limit > Longest) limit = Longest;
        if (limit is not { } length) return;
        endsAt = time.GetUtcNow() + length;
        timer = new CancellationTokenSource(Clamp(length), time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
    }

    /// <summary>True when the time is up (not when the caller left).</summary>
    public bool IsOver => timer?.IsCancellationRequested == true;

    private CancellationToken Token => linked?.Token ?? context.RequestAborted;

    /// <summary>Tells the next hop how much of the caller's time is left.</summary>
    public void ShortenGrpcTimeout()
    {
        if (isGrpcTimeout && endsAt is { } end)
            context.Request.Headers[GrpcStatus.TimeoutHeader] = GrpcStatus.FormatTimeout(end - time.GetUtcNow());
    }

    public TryTimer BeginTry(TimeSpan? perTryTimeout) => new(perTryTimeout, time, Token);

    /// <summary>Waits, but not beyond the end of the request.</summary>
    public async Task DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next try, or the reply, sees that it is over.
        }
    }

    /// <summary>Turns a cancellation into what caused it.</summary>
    public ForwardResult Explain(ForwardResult result, TryTimer perTry, RequestBody? body)
    {
        if (result.Failure == UpstreamFailure.None || context.RequestAborted.IsCancellationRequested) return result;
        if (IsOver)
        {
            return result with
            {
                Failure = UpstreamFailure.Timeout,
                Problem = $"no complete answer within {limit!.Value.TotalSeconds:0.###} s",
            };
        }

        if (perTry.Expired)
        {
            return result with
            {
                Failure = UpstreamFailure.Timeout,
                Problem = $"no answer within the per-try timeout of {perTry.Limit.TotalSeconds:0.###} s",
            };
        }

        return body?.Error is { } error
            ? result with { Failure = UpstreamFailure.RequestBody, Problem = $"the request body could not be read: {error.Message}" }
            : result;
    }

    public void Dispose()
    {
        linked?.Dispose();
        timer?.Dispose();
    }

    private static TimeSpan? Shorter(TimeSpan? left, TimeSpan? right)
    {
        if (left is null) return right;
        return right is null || left < right ? left : right;
    }

    /// <summary>Timers take up to about 49 days; a deadline beyond a day is as good as that.</summary>
    private static TimeSpan Clamp(TimeSpan timeout) => timeout > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : timeout;
}
