namespace Mesh.Config.Model;

/// <summary>What of a request consistent hashing goes by: exactly one of the first four is set.</summary>
/// <remarks>Source: Istio LoadBalancerSettings.ConsistentHashLB.</remarks>
public sealed record HashPolicy
{
    public string? HeaderName { get; init; }
    public string? QueryParameter { get; init; }
    public bool SourceAddress { get; init; }
    public string? CookieName { get; init; }
    public string CookiePath { get; init; } = "";

    /// <summary>A cookie is made for clients without one; zero: for the session. Null: none is made.</summary>
    public TimeSpan? CookieTtl { get; init; }

    /// <summary>Maglev table size; null: a ring is used.</summary>
    public long? MaglevTableSize { get; init; }

    /// <summary>Smallest number of points on the ring.</summary>
    public long MinimumRingSize { get; init; } = 1024;
}
