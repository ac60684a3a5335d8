using Mesh.Hosting;

namespace Mesh.Istiod.Xds;

/// <summary>
/// How long to wait before the next stream. What passes by itself is tried again soon, well within the 10 s after which istiod
/// removes a workload; what somebody has to change is not hammered at. Half of each wait is random: many machines lose an istiod at once.
/// </summary>
internal sealed class AdsBackoff(TimeSpan firstSlow, Random random)
{
    /// <summary>The longest slow wait in first ones: from 5 s to a minute.</summary>
    private const int SlowGrowth = 12;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private int failures;
    private int slowFailures;

    /// <summary>A stream worked.</summary>
    public void Reset() => (failures, slowFailures) = (0, 0);

    public TimeSpan Next(bool slow)
    {
        var wait = slow ? Doubled(firstSlow, slowFailures++, firstSlow * SlowGrowth) : Doubled(First, failures++, Longest);
        Invariant.Holds(wait > TimeSpan.Zero && wait <= Max(Longest, firstSlow * SlowGrowth), $"waits {wait} after {failures} and {slowFailures} failures");
        return wait * (0.5 + (random.NextDouble() / 2));
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest)
    {
        var wait = first * Math.Pow(2, Math.Min(times, 20));
        return wait < longest ? wait : longest;
    }
}
