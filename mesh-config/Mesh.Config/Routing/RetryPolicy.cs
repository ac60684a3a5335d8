using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>Retries of a route. <see cref="Default"/> is what Istio does when a VirtualService is silent.</summary>
public sealed record RetryPolicy
{
    public static RetryPolicy Default { get; } = new();
    public static RetryPolicy None { get; } = new() { Attempts = 0 };

    /// <summary>Retries after the first try.</summary>
    public int Attempts { get; init; } = 2;

    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>Envoy's tokens, without the numeric codes, which are in <see cref="RetriableStatusCodes"/>.</summary>
    public ImmutableHashSet<string> RetryOn { get; init; } =
        ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

    public ImmutableHashSet<int> RetriableStatusCodes { get; init; } = [];
    public TimeSpan BaseBackoff { get; init; } = TimeSpan.FromMilliseconds(25);
    /// <summary>Retries may also go to localities of a lower priority.</summary>
    public bool RemoteLocalities { get; init; }

    public bool IgnorePreviousHosts { get; init; } = true;
}
