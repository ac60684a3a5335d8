using System.Collections.Immutable;

namespace Mesh.Config.Model.Incremental;

/// <summary>Who has read what, for both directions.</summary>
internal sealed class DependencyGraph
{
    private readonly Dictionary<Dependency, HashSet<Dependency>> _readers = [];

    /// <summary>The computations that read <paramref name="dependency"/> last time.</summary>
    public IEnumerable<Dependency> ReadersOf(Dependency dependency) =>
        _readers.TryGetValue(dependency, out var readers) ? readers : [];

    public bool HasReaders(Dependency dependency) => _readers.ContainsKey(dependency);

    public void Replace(Dependency reader, ImmutableArray<Dependency> earlier, ImmutableArray<Dependency> next)
    {
        if (earlier.AsSpan().SequenceEqual(next.AsSpan())) return;
        foreach (var read in next)
        {
            if (!_readers.TryGetValue(read, out var readers)) _readers.Add(read, readers = new HashSet<Dependency>(1));
            readers.Add(reader);
        }

        var kept = earlier.IsEmpty ? null : next.ToHashSet();
        foreach (var read in earlier)
        {
            if (kept!.Contains(read) || !_readers.TryGetValue(read, out var readers)) continue;
            readers.Remove(reader);
            if (readers.Count == 0) _readers.Remove(read);
        }
    }
}
