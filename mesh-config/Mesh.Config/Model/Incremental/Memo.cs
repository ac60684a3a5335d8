using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// Results of one kind that outlive the snapshot they were computed on: in a later snapshot (or an earlier one that
/// somebody still holds) a result counts if everything that it was computed from is the same instance there. Thread-safe.
/// </summary>
/// <param name="same">Whether a result that had to be computed again says the same; the earlier instance is then kept.</param>
internal sealed class Memo<TKey, TValue>(Func<TValue, TValue, bool> same)
    where TKey : notnull
    where TValue : class
{
    private const int MinLimit = 1024;

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private int _added;
    private int _limit = MinLimit;

    public TValue Get(TKey key, CompiledMesh mesh, Func<MeshReader, TValue> compute) => Find(key, mesh, compute).Value;

    /// <summary>For one computation inside another: what this one read counts as read by the other.</summary>
    public TValue Get(TKey key, CompiledMesh mesh, Func<MeshReader, TValue> compute, MeshReader outer)
    {
        var entry = Find(key, mesh, compute);
        foreach (var (dependency, observed) in entry.Reads) outer.Note(dependency, observed);
        return entry.Value;
    }

    private Entry Find(TKey key, CompiledMesh mesh, Func<MeshReader, TValue> compute)
    {
        var known = _entries.GetValueOrDefault(key);
        if (known is not null && known.HoldsIn(mesh)) return known;
        var reader = new MeshReader(mesh);
        var value = compute(reader);
        if (known is not null && same(known.Value, value)) value = known.Value;
        var fresh = new Entry(value, mesh.Version, [.. reader.Reads]);
        // Somebody who holds an old snapshot must not take away what the present one has; of two that compute the same at
        // the same time, both take what the first put down.
        var kept = _entries.AddOrUpdate(
            key,
            static (_, fresh) => fresh,
            static (_, present, fresh) => present.Version >= fresh.Version ? present : fresh,
            fresh);
        if (known is null) TrimWhenLarge(mesh);
        return kept.Version == fresh.Version ? kept : fresh;
    }

    /// <summary>Lets go of what is about hosts that are gone; seldom, so that it costs nothing on the whole.</summary>
    private void TrimWhenLarge(CompiledMesh mesh)
    {
        if (Interlocked.Increment(ref _added) < Volatile.Read(ref _limit)) return;
        Interlocked.Exchange(ref _added, 0);
        foreach (var (key, entry) in _entries)
            if (entry.Version < mesh.Version && !entry.HoldsIn(mesh))
                _entries.TryRemove(KeyValuePair.Create(key, entry));
        Volatile.Write(ref _limit, Math.Max(MinLimit, _entries.Count));
    }

    private sealed record Entry(TValue Value, long Version, ImmutableArray<KeyValuePair<Dependency, object?>> Reads)
    {
        public bool HoldsIn(CompiledMesh mesh)
        {
            foreach (var (dependency, observed) in Reads)
                if (!ReferenceEquals(mesh.Observe(dependency), observed))
                    return false;
            return true;
        }
    }
}
