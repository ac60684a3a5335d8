using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>HTTPRetry as the data plane executes it.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/route/retry/retry.go.</remarks>
internal static class RetryPolicies
{
    public static RetryPolicy Compile(HttpRetry? retries)
    {
        if (retries is null) return RetryPolicy.Default;
        if (retries.Attempts == 0) return RetryPolicy.None;
        var tokens = retries.RetryOn.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var codes = tokens.Select(RetryConditions.ParseStatus).OfType<int>().ToImmutableHashSet();
        var names = tokens.Where(token => RetryConditions.ParseStatus(token) is null).ToImmutableHashSet(StringComparer.Ordinal);
        // Numbers are carried in a list of their own, which Envoy reads only with this token.
        if (!codes.IsEmpty) names = names.Add("retriable-status-codes");
        return new RetryPolicy
        {
            Attempts = retries.Attempts,
            PerTryTimeout = retries.PerTryTimeout,
            RetryOn = tokens.Length == 0 ? RetryPolicy.Default.RetryOn : names,
            RetriableStatusCodes = codes,
            BaseBackoff = retries.Backoff ?? RetryPolicy.Default.BaseBackoff,
            RemoteLocalities = retries.RetryRemoteLocalities ?? false,
            IgnorePreviousHosts = retries.RetryIgnorePreviousHosts ?? true,
        };
    }
}
