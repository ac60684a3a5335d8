using System.Collections.Frozen;
using System.Globalization;

namespace Mesh.Config.Resources;

/// <summary>Tokens of HTTPRetry.retryOn.</summary>
/// <remarks>Source: istio pkg/config/validation/virtualservice.go, supportedRetryOnPolicies.</remarks>
internal static class RetryConditions
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream",
        "retriable-status-codes", "retriable-headers", "envoy-ratelimited", "http3-post-connect-failure",
        "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Known.Order(StringComparer.Ordinal);

    public static bool IsKnown(string token) => Known.Contains(token) || ParseStatus(token) is not null;

    /// <summary>A numeric HTTP status, or null for a named condition.</summary>
    public static int? ParseStatus(string token) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599
            ? status
            : null;
}
