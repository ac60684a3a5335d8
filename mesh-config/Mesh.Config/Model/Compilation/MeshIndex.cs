using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Compilation;

/// <summary>All objects of all clusters at one moment, with the look-ups that compilation needs.</summary>
internal sealed class MeshIndex
{
    private readonly Dictionary<Type, object> _byType = [];
    private readonly Dictionary<(Type Type, string Cluster, string Namespace), object> _byNamespace = [];
    private readonly Dictionary<(string Cluster, ObjectKey Key), MeshObject> _byKey = [];

    public MeshIndex(IEnumerable<(string Cluster, MeshObject Object)> objects)
    {
        All = [.. objects.OrderBy(entry => entry.Cluster, StringComparer.Ordinal).ThenBy(entry => entry.Object, ObjectOrder.Instance)];
        foreach (var (cluster, value) in All) _byKey.TryAdd((cluster, ObjectKey.Of(value)), value);
        Clusters = [.. All.Select(entry => entry.Cluster).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>By cluster, then kind, namespace and name.</summary>
    public ImmutableArray<(string Cluster, MeshObject Object)> All { get; }

    public ImmutableArray<string> Clusters { get; }

    public ImmutableArray<(string Cluster, T Object)> Of<T>() where T : MeshObject
    {
        if (_byType.TryGetValue(typeof(T), out var cached)) return (ImmutableArray<(string, T)>)cached;
        ImmutableArray<(string, T)> found = [.. All.Where(entry => entry.Object is T).Select(entry => (entry.Cluster, (T)entry.Object))];
        _byType[typeof(T)] = found;
        return found;
    }

    public ImmutableArray<T> In<T>(string cluster, string objectNamespace) where T : MeshObject
    {
        if (!_byType.ContainsKey(typeof(List<T>)))
        {
            foreach (var group in Of<T>().GroupBy(entry => (entry.Cluster, entry.Object.Metadata.Namespace)))
                _byNamespace[(typeof(T), group.Key.Cluster, group.Key.Namespace)] =
                    group.Select(entry => entry.Object).ToImmutableArray();
            _byType[typeof(List<T>)] = true;
        }

        return _byNamespace.TryGetValue((typeof(T), cluster, objectNamespace), out var found)
            ? (ImmutableArray<T>)found
            : [];
    }

    public T? Find<T>(string cluster, string group, string kind, string objectNamespace, string name) where T : MeshObject =>
        _byKey.GetValueOrDefault((cluster, new ObjectKey(group, kind, objectNamespace, name))) as T;
}
