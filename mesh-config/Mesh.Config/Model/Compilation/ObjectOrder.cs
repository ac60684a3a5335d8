using Mesh.Config.Resources;

namespace Mesh.Config.Model.Compilation;

/// <summary>Order by kind, namespace, name: what makes output byte-stable.</summary>
internal sealed class ObjectOrder : IComparer<MeshObject>
{
    public static ObjectOrder Instance { get; } = new();

    public int Compare(MeshObject? x, MeshObject? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var byKind = string.CompareOrdinal(x.Kind, y.Kind);
        if (byKind != 0) return byKind;
        var byNamespace = string.CompareOrdinal(x.Metadata.Namespace, y.Metadata.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.Metadata.Name, y.Metadata.Name);
    }
}
