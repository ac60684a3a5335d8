namespace Mesh.Bench.Gateway;

/// <summary>What is said of many measured values.</summary>
internal static class Quantile
{
    /// <summary>The smallest value that at least <paramref name="share"/> of all do not exceed; 0 without values.</summary>
    /// <param name="sorted">Ascending.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static double Of(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    /// <summary>The middle one; of an even number the mean of the middle two, so that one round that went wrong does not decide.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return 0;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
