using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Compilation;

/// <summary>All objects of all clusters at one moment, with the look-ups that compilation needs.</summary>
internal sealed class MeshIndex
{
    // Filled on demand, also by readers of a published snapshot, who come from any thread.
    private readonly ConcurrentDictionary<Type, object> _byType = new();
    private readonly ConcurrentDictionary<Type, object> _byNamespace = new();
    private readonly Dictionary<(string Cluster, ObjectKey Key), MeshObject> _byKey = [];

    public MeshIndex(IEnumerable<(string Cluster, MeshObject Object)> objects)
    {
        All =
        [
            .. objects.OrderBy(entry => entry.Cluster, StringComparer.Ordinal)
                .ThenBy(entry => entry.Object, ObjectOrder.Instance),
        ];
        foreach (var (cluster, value) in All) _byKey.TryAdd((cluster, ObjectKey.Of(value)), value);
        Clusters = [.. All.Select(entry => entry.Cluster).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>By cluster, then kind, namespace and name.</summary>
    public ImmutableArray<(string Cluster, MeshObject Object)> All { get; }

    public ImmutableArray<string> Clusters { get; }

    public ImmutableArray<(string Cluster, T Object)> Of<T>() where T : MeshObject =>
        (ImmutableArray<(string, T)>)_byType.GetOrAdd(typeof(T), _ =>
            All.Where(entry => entry.Object is T).Select(entry => (entry.Cluster, (T)entry.Object)).ToImmutableArray());

    public ImmutableArray<T> In<T>(string cluster, string objectNamespace) where T : MeshObject
    {
        var groups = (Dictionary<(string Cluster, string Namespace), ImmutableArray<T>>)_byNamespace.GetOrAdd(
            typeof(T),
            _ => Of<T>()
                .GroupBy(entry => (entry.Cluster, entry.Object.Metadata.Namespace))
                .ToDictionary(group => group.Key, group => group.Select(entry => entry.Object).ToImmutableArray()));
        return groups.TryGetValue((cluster, objectNamespace), out var found) ? found : [];
    }

    public T? Find<T>(string cluster, string group, string kind, string objectNamespace, string name) where T : MeshObject =>
        _byKey.GetValueOrDefault((cluster, new ObjectKey(group, kind, objectNamespace, name))) as T;
}
