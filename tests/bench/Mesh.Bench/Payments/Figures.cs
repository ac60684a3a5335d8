namespace Mesh.Bench.Payments;

/// <summary>What a load came to.</summary>
/// <param name="MillisecondsP50">Latency that half of the answers did not exceed.</param>
internal sealed record Figures(double PerSecond, double MillisecondsP50, double MillisecondsP99)
{
    /// <param name="milliseconds">Latency of each answer.</param>
    /// <param name="seconds">How long it went on.</param>
    public static Figures Of(List<double> milliseconds, double seconds)
    {
        if (milliseconds.Count == 0) return new Figures(0, 0, 0);
        milliseconds.Sort();
        return new Figures(milliseconds.Count / seconds, At(0.50), At(0.99));

        double At(double share) => milliseconds[Math.Min((int)(share * milliseconds.Count), milliseconds.Count - 1)];
    }

    public IEnumerable<BenchResult> Results(string name, Figures peer) =>
    [
        Result(name, "per_second", "1/s", PerSecond, peer.PerSecond),
        Result(name, "milliseconds_p50", "ms", MillisecondsP50, peer.MillisecondsP50),
        Result(name, "milliseconds_p99", "ms", MillisecondsP99, peer.MillisecondsP99),
    ];

    private static BenchResult Result(string name, string metric, string unit, double ours, double peer) =>
        new(name, metric, unit, ours) { Peers = new Dictionary<string, double> { ["pgbench"] = peer } };
}
