using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>A kind of object that the mesh understands.</summary>
internal abstract class ResourceKind(string group, string kind, string[] versions, bool namespaced)
{
    public string Group { get; } = group;
    public string Kind { get; } = kind;

    /// <summary>Preferred first.</summary>
    public IReadOnlyList<string> Versions { get; } = versions;

    public bool Namespaced { get; } = namespaced;

    public IEnumerable<string> ApiVersions => Versions.Select(v => Group.Length == 0 ? v : $"{Group}/{v}");

    public abstract IMessageSchema Shape { get; }

    /// <summary>Null when the body is not a map; other errors are in the context.</summary>
    public abstract MeshObject? Read(ResourceHeader header, YamlValue body, ReadContext context);

    /// <summary>The fields below metadata.</summary>
    public abstract YamlValue WriteBody(MeshObject value);

    /// <summary>Equality by value, location left out.</summary>
    public abstract bool SameBody(MeshObject left, MeshObject right);
}

/// <summary>The declaration of one kind: how to begin an object and its fields below metadata.</summary>
internal sealed class ResourceKind<T> : ResourceKind where T : MeshObject
{
    private readonly Schema<T> _schema;
    private readonly Func<ResourceHeader, T> _create;

    public ResourceKind(
        string group,
        string kind,
        string[] versions,
        bool namespaced,
        Func<ResourceHeader, T> create,
        Func<Schema<T>, Schema<T>> fields)
        : base(group, kind, versions, namespaced)
    {
        _create = create;
        _schema = fields(new Schema<T>(kind, () => throw new InvalidOperationException("an object begins with its header")))
            .Ignore("apiVersion", "kind", "metadata");
        if (group.EndsWith("istio.io", StringComparison.Ordinal)) _schema.Check(ObjectRules.Annotations);
    }

    public override IMessageSchema Shape => _schema;

    public override MeshObject? Read(ResourceHeader header, YamlValue body, ReadContext context) =>
        _schema.TryRead(_create(header), body, context, out var value) ? value : null;

    public override YamlValue WriteBody(MeshObject value) => _schema.Write((T)value);

    public override bool SameBody(MeshObject left, MeshObject right) => _schema.Same((T)left, (T)right);
}
