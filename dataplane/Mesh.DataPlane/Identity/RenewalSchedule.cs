namespace Mesh.DataPlane.Identity;

/// <summary>When to renew, and how long to wait after a failure. Pure.</summary>
/// <remarks>Source: istio security/pkg/nodeagent/cache/secretcache.go; grace ratio 0.5 ± 0.01.</remarks>
public static class RenewalSchedule
{
    /// <summary>Share of its life that a certificate has left when it is renewed.</summary>
    public const double DefaultRatio = 0.5;

    /// <summary>Added to or taken from the ratio by chance, so that a fleet does not renew in step.</summary>
    public const double DefaultJitter = 0.01;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    /// <summary>About half life, counted from the arrival of the certificate (not from its notBefore).</summary>
    public static DateTimeOffset RenewAt(
        DateTimeOffset arrived, DateTimeOffset expires, Random random, double ratio = DefaultRatio, double jitter = DefaultJitter)
    {
        ArgumentNullException.ThrowIfNull(random);
        var left = Math.Clamp(ratio + jitter * (2 * random.NextDouble() - 1), 0, 1);
        return expires <= arrived ? arrived : expires - left * (expires - arrived);
    }

    /// <summary>1 s, 2 s, 4 s … up to a minute, each less up to a fifth, so that a fleet does not come back in step.</summary>
    /// <param name="failures">In a row, at least 1.</param>
    public static TimeSpan Backoff(int failures, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var backoff = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 10));
        return (backoff < LongestBackoff ? backoff : LongestBackoff) * (1 - 0.2 * random.NextDouble());
    }
}
