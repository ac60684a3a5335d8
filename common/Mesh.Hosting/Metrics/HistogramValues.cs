namespace Mesh.Hosting.Metrics;

/// <summary>Counts of values by bucket; thread-safe, and recording allocates nothing.</summary>
public sealed class HistogramValues
{
    /// <summary>The sum is kept in whole parts of this size.</summary>
    private const double SumScale = 1000;

    private readonly double[] bounds;
    private readonly long[] counts;
    private long sum;

    /// <param name="bounds">Upper bounds, rising, without infinity; kept and shared.</param>
    public HistogramValues(double[] bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        this.bounds = bounds;
        counts = new long[bounds.Length + 1];
    }

    public long Count
    {
        get
        {
            long total = 0;
            for (var i = 0; i < counts.Length; i++) total += Interlocked.Read(ref counts[i]);
            return total;
        }
    }

    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
        Interlocked.Increment(ref counts[bucket]);
        Interlocked.Add(ref sum, (long)(value * SumScale));
    }

    /// <summary>Adds what <paramref name="other"/> has counted by the same bounds.</summary>
    public void Add(HistogramValues other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Invariant.Holds(ReferenceEquals(bounds, other.bounds), "histograms with other bounds cannot be summed up");
        for (var i = 0; i < counts.Length; i++) Interlocked.Add(ref counts[i], Interlocked.Read(ref other.counts[i]));
        Interlocked.Add(ref sum, Interlocked.Read(ref other.sum));
    }

    public void Write(MetricsText text, string labels)
    {
        ArgumentNullException.ThrowIfNull(text);
        var copy = new long[counts.Length];
        for (var i = 0; i < copy.Length; i++) copy[i] = Interlocked.Read(ref counts[i]);
        text.Histogram(labels, bounds, copy, Interlocked.Read(ref sum) / SumScale);
    }
}
