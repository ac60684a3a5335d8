using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Incremental;

/// <summary>Objects of one type that belong together. Immutable: a change makes a new set that shares most of the old one.</summary>
internal sealed class ObjectSet(ImmutableSortedDictionary<ObjectPlace, MeshObject> objects)
{
    // Derived from the objects alone, so it may be filled by whoever needs it first, from any thread.
    private object? _entries;
    private ConcurrentDictionary<string, object>? _derived;

    public static ObjectSet Empty { get; } = new(ImmutableSortedDictionary<ObjectPlace, MeshObject>.Empty);

    public ImmutableSortedDictionary<ObjectPlace, MeshObject> Objects { get; } = objects;

    /// <summary>By cluster, namespace and name.</summary>
    public ImmutableArray<(string Cluster, T Object)> Entries<T>() where T : MeshObject
    {
        // The empty set is shared by all types.
        if (Objects.IsEmpty) return [];
        if (Volatile.Read(ref _entries) is ImmutableArray<(string, T)> known) return known;
        var entries = Objects.Select(pair => (pair.Key.Cluster, (T)pair.Value)).ToImmutableArray();
        Volatile.Write(ref _entries, entries);
        return entries;
    }

    /// <summary>What <paramref name="derive"/> makes of the entries, kept as long as the set stays the same.</summary>
    public ImmutableArray<T> Derived<T>(string name, Func<ImmutableArray<(string Cluster, T Object)>, ImmutableArray<T>> derive)
        where T : MeshObject
    {
        if (Objects.IsEmpty) return [];
        var cache = LazyInitializer.EnsureInitialized(
            ref _derived, () => new ConcurrentDictionary<string, object>(1, 3, StringComparer.Ordinal));
        return (ImmutableArray<T>)cache.GetOrAdd(name, _ => derive(Entries<T>()));
    }
}
