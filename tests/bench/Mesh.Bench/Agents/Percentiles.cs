using Mesh.Bench.Gateway;

namespace Mesh.Bench.Agents;

/// <summary>Results of many measured times.</summary>
internal static class Percentiles
{
    /// <param name="milliseconds">In any order.</param>
    public static IEnumerable<BenchResult> Of(string name, IEnumerable<double> milliseconds, string prefix = "")
    {
        var sorted = milliseconds.Order().ToArray();
        yield return new BenchResult(name, prefix + "milliseconds_p50", "ms", Quantile.Of(sorted, 0.50));
        yield return new BenchResult(name, prefix + "milliseconds_p99", "ms", Quantile.Of(sorted, 0.99));
    }
}
