using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// Series by key, up to a limit. What comes beyond it is counted in one series of its own, so that sums stay right while a caller who
/// can make up labels cannot fill the memory. Keys that say the same in labels share a series.
/// </summary>
/// <param name="labels">The labels of a key.</param>
/// <param name="make">A series with these labels, and the same rendered.</param>
/// <param name="overflow">Stands for all keys beyond the limit.</param>
internal sealed class SeriesTable<TKey, TSeries>(int limit, Func<TKey, ImmutableArray<(string Name, string Value)>> labels,
    Func<ImmutableArray<(string Name, string Value)>, string, TSeries> make, TKey overflow)
    where TKey : struct, IEquatable<TKey>
    where TSeries : class
{
    private readonly ConcurrentDictionary<TKey, TSeries> byKey = new();
    private readonly ConcurrentDictionary<string, TSeries> byLabels = new(StringComparer.Ordinal);
    private readonly Lock growing = new();
    private long overflows;
    private int count;

    public int Count => Volatile.Read(ref count);

    /// <summary>How often something was counted in the common series.</summary>
    public long Overflows => Interlocked.Read(ref overflows);

    public IEnumerable<TSeries> All => byLabels.Values;

    public TSeries Of(TKey key) => byKey.TryGetValue(key, out var found) ? found : Add(key);

    private TSeries Add(TKey key)
    {
        lock (growing)
        {
            if (byKey.TryGetValue(key, out var found)) return found;
            if (count >= limit)
            {
                Interlocked.Increment(ref overflows);
                return OfLabels(overflow);
            }

            var made = OfLabels(key);
            byKey[key] = made;
            Volatile.Write(ref count, count + 1);
            return made;
        }
    }

    private TSeries OfLabels(TKey key)
    {
        var pairs = labels(key);
        return byLabels.GetOrAdd(MetricLabels.Render([.. pairs]), static (text, with) => with.make(with.pairs, text), (make, pairs));
    }
}
