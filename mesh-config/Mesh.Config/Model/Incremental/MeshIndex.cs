using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// All objects of all clusters at one moment, with the sets that compilation looks things up in. Immutable: the index
/// after a change shares every set that the change does not touch, as the same instance.
/// </summary>
internal sealed class MeshIndex
{
    private readonly ImmutableDictionary<Dependency, object> _content;
    private readonly string _clusterDomain;

    private MeshIndex(ImmutableDictionary<Dependency, object> content, string clusterDomain)
    {
        _content = content;
        _clusterDomain = clusterDomain;
    }

    public static MeshIndex Empty(string clusterDomain) => new(ImmutableDictionary<Dependency, object>.Empty, clusterDomain);

    /// <summary>The object or <see cref="ObjectSet"/>; null when there is none.</summary>
    public object? Find(Dependency dependency) => _content.GetValueOrDefault(dependency);

    public ObjectSet Set(Dependency dependency) => (ObjectSet?)Find(dependency) ?? ObjectSet.Empty;

    /// <summary>The index with some objects replaced.</summary>
    /// <param name="changes">The object that is there now, by its name; null when it is gone.</param>
    /// <param name="touched">Filled with everything that is not what it was.</param>
    public MeshIndex With(IEnumerable<(Dependency Name, MeshObject? Object)> changes, HashSet<Dependency> touched)
    {
        var content = _content.ToBuilder();
        var sets = new Dictionary<Dependency, ImmutableSortedDictionary<ObjectPlace, MeshObject>.Builder>();
        foreach (var (name, value) in changes)
        {
            var before = content.GetValueOrDefault(name) as MeshObject;
            if (ReferenceEquals(before, value)) continue;
            var place = new ObjectPlace(name.Cluster, name.Namespace, name.Name);
            if (before is not null)
                foreach (var set in IndexKeys.Of(name.Cluster, before, _clusterDomain))
                    Open(set).Remove(place);
            if (value is null) content.Remove(name);
            else content[name] = value;
            if (value is not null)
                foreach (var set in IndexKeys.Of(name.Cluster, value, _clusterDomain))
                    Open(set)[place] = value;
            touched.Add(name);
        }

        foreach (var (name, objects) in sets)
        {
            if (objects.Count == 0) content.Remove(name);
            else content[name] = new ObjectSet(objects.ToImmutable());
            touched.Add(name);
        }

        return new MeshIndex(content.ToImmutable(), _clusterDomain);

        ImmutableSortedDictionary<ObjectPlace, MeshObject>.Builder Open(Dependency set)
        {
            if (!sets.TryGetValue(set, out var objects))
                sets.Add(set, objects = ((content.GetValueOrDefault(set) as ObjectSet) ?? ObjectSet.Empty).Objects.ToBuilder());
            return objects;
        }
    }
}
