namespace Mesh.Config.Model.Incremental;

/// <summary>Names an object among those of its type; ordered by cluster, namespace and name, ordinally.</summary>
internal readonly record struct ObjectPlace(string Cluster, string Namespace, string Name) : IComparable<ObjectPlace>
{
    public int CompareTo(ObjectPlace other)
    {
        var byCluster = string.CompareOrdinal(Cluster, other.Cluster);
        if (byCluster != 0) return byCluster;
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }
}
