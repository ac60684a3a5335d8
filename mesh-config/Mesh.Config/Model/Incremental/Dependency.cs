using Mesh.Config.Resources;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// Something that a computation can read, by name: a set of objects, or the result of another computation. What is
/// read has an instance in each snapshot; the same instance means that nothing about it changed.
/// </summary>
internal readonly record struct Dependency(DependencyKind Kind, Type? Of, string Cluster, string Namespace, string Name)
{
    public static Dependency Networks { get; } = new(DependencyKind.Networks, null, "", "", "");

    public static Dependency Gateways { get; } = new(DependencyKind.Gateways, null, "", "", "");

    public static Dependency Declarations { get; } = new(DependencyKind.Declarations, null, "", "", "");

    public static Dependency NetworkFindings { get; } = new(DependencyKind.Findings, null, "", "", "networks");

    public static Dependency OnObject(string cluster, MeshObject value) =>
        new(DependencyKind.Object, value.GetType(), cluster, value.Metadata.Namespace, value.Metadata.Name);

    public static Dependency OnObject(Type type, string cluster, string objectNamespace, string name) =>
        new(DependencyKind.Object, type, cluster, objectNamespace, name);

    public static Dependency OnType(Type type) => new(DependencyKind.Type, type, "", "", "");

    public static Dependency OnNamespace(Type type, string objectNamespace) =>
        new(DependencyKind.Namespace, type, "", objectNamespace, "");

    /// <param name="cluster">Empty for keys that mean the same in all clusters.</param>
    /// <param name="objectNamespace">Empty for keys that mean the same in all namespaces.</param>
    public static Dependency OnKey(Type type, string cluster, string objectNamespace, string key) =>
        new(DependencyKind.Key, type, cluster, objectNamespace, key);

    public static Dependency OnFact(string name, string cluster) => new(DependencyKind.Fact, null, cluster, "", name);

    public static Dependency OnService(string host) => new(DependencyKind.Service, null, "", "", host);

    public static Dependency OnDeclaration(string host) => new(DependencyKind.Declaration, null, "", "", host);

    /// <summary>The name tells most apart and the namespace nearly all; the rest is left to equality.</summary>
    public override int GetHashCode() => HashCode.Combine((int)Kind, Name, Namespace, Cluster);

    public bool Equals(Dependency other) =>
        Kind == other.Kind
        && Of == other.Of
        && string.Equals(Name, other.Name)
        && string.Equals(Namespace, other.Namespace)
        && string.Equals(Cluster, other.Cluster);

    public Dependency Findings() => this with { Kind = DependencyKind.Findings };
}
