namespace Mesh.Config.Resources;

/// <summary>Identity of an object inside one cluster. Versions of a kind are one object; groups are not (Gateway exists in two).</summary>
public readonly record struct ObjectKey(string Group, string Kind, string Namespace, string Name)
{
    public static ObjectKey Of(MeshObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var slash = value.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return new ObjectKey(slash < 0 ? "" : value.ApiVersion[..slash], value.Kind, value.Metadata.Namespace, value.Metadata.Name);
    }

    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
