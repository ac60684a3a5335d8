using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>How much of its share an endpoint gets that has only just come.</summary>
/// <remarks>Source: Envoy, "Slow start mode".</remarks>
internal static class Warmup
{
    /// <returns>Above 0, at most 1.</returns>
    public static double Share(WarmupPolicy policy, TimeSpan age)
    {
        if (age >= policy.Duration) return 1;
        // Never nothing: an endpoint that is never asked would never get older requests than its first.
        const double least = 0.001;
        var passed = Math.Max(age / policy.Duration, 0);
        var grown = policy.Aggression == 1 ? passed : Math.Pow(passed, 1 / policy.Aggression);
        return Math.Clamp(Math.Max(policy.MinimumPercent / 100, grown), least, 1);
    }
}
