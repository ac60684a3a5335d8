using Mesh.Config.Routing;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Http;

/// <summary>Whether the outcome of a try is one that the route wants tried again.</summary>
/// <remarks>Source: Envoy, "Router: x-envoy-retry-on, x-envoy-retry-grpc-on"; Istio HTTPRetry.retryOn.</remarks>
public static class RetryDecision
{
    /// <summary>For a try that got no response.</summary>
    public static bool Retries(RetryPolicy policy, UpstreamFailure failure)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var on = policy.RetryOn;
        return failure switch
        {
            UpstreamFailure.Connect or UpstreamFailure.Tls =>
                on.Contains("connect-failure") || on.Contains("reset-before-request") || Resets(policy),
            UpstreamFailure.RefusedStream =>
                on.Contains("refused-stream") || on.Contains("reset-before-request") || Resets(policy),
            UpstreamFailure.Reset or UpstreamFailure.Timeout => Resets(policy),
            _ => false,
        };
    }

    /// <summary>For a response whose headers arrived.</summary>
    /// <param name="grpcStatus">When it came with the headers; a status in later trailers comes too late.</param>
    public static bool Retries(RetryPolicy policy, int status, int? grpcStatus)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var on = policy.RetryOn;
        if (grpcStatus is { } grpc && GrpcStatus.RetryCondition(grpc) is { } condition && on.Contains(condition)) return true;
        // Istio's "retriable-status-codes" switches the list on; numbers in retryOn are the list.
        if (policy.RetriableStatusCodes.Contains(status)) return true;
        return (status is >= 500 && on.Contains("5xx"))
            || (status is 502 or 503 or 504 && on.Contains("gateway-error"))
            || (status == 409 && on.Contains("retriable-4xx"));
    }

    /// <summary>Envoy counts a try without response as a 5xx and as a gateway error, since it would have become one.</summary>
    private static bool Resets(RetryPolicy policy) =>
        policy.RetryOn.Contains("reset") || policy.RetryOn.Contains("5xx") || policy.RetryOn.Contains("gateway-error");
}
