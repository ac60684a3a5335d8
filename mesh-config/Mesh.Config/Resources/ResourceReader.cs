using Mesh.Config.Diagnostics;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>Turns documents into objects: finds the kind, unrolls lists, keeps what has no error.</summary>
internal sealed class ResourceReader(ReadContext context, MeshYamlOptions options)
{
    private readonly Dictionary<ObjectKey, SourceLocation> _seen = [];

    public List<MeshObject> Objects { get; } = [];

    public void ReadDocument(YamlValue document)
    {
        // A document of nothing but comments, as templates often leave behind.
        if (document.IsNull) return;
        context.BeginObject("");
        if (document.Kind != YamlKind.Map)
        {
            context.Error(document, DiagnosticCodes.NotAnObject,
                "a document must be a Kubernetes object with apiVersion, kind and metadata");
            return;
        }

        var kind = document.Find("kind");
        if (kind?.Text.EndsWith("List", StringComparison.Ordinal) == true && document.Find("items") is { } items)
            ReadList(kind.Text[..^4], document, items);
        else
            ReadObject(document, inheritedVersion: null, inheritedKind: null);
    }

    /// <summary>An object by itself that need not repeat what it is.</summary>
    public void ReadItem(YamlValue node, string apiVersion, string kind) => ReadObject(node, YamlValue.OfText(apiVersion), kind);

    private void ReadList(string itemKind, YamlValue list, YamlValue items)
    {
        if (items.Kind != YamlKind.List)
        {
            if (!items.IsNull) context.Error(items, DiagnosticCodes.WrongType, "items: expected a list");
            return;
        }

        // Items of a PodList need not repeat what they are; those of a plain List must.
        var typed = itemKind.Length > 0;
        context.Enter("items");
        for (var i = 0; i < items.Items.Count; i++)
        {
            context.EnterIndex(i);
            if (items.Items[i].Kind == YamlKind.Map)
                ReadObject(items.Items[i], typed ? list.Find("apiVersion") : null, typed ? itemKind : null);
            else
                context.Error(items.Items[i], DiagnosticCodes.NotAnObject, "expected an object");
            context.Leave();
        }

        context.Leave();
    }

    private void ReadObject(YamlValue node, YamlValue? inheritedVersion, string? inheritedKind)
    {
        context.BeginObject("");
        var version = node.Find("apiVersion") ?? inheritedVersion;
        var kindNode = node.Find("kind");
        var kindName = kindNode?.Text ?? inheritedKind;
        if (version is null || version.Text.Length == 0 || string.IsNullOrEmpty(kindName))
        {
            context.Error(node, DiagnosticCodes.NotAnObject,
                $"{(version is null || version.Text.Length == 0 ? "apiVersion" : "kind")} is missing; every object needs apiVersion, kind and metadata");
            return;
        }

        var kind = FindKind(version, kindNode ?? node, kindName);
        if (kind is null) return;
        context.BeginObject(SubjectOf(kind, node));
        var header = ReadHeader(kind, version.Text, node);
        if (header is null) return;
        var value = kind.Read(header, node, context);
        if (value is not null && context.Errors == 0) Keep(value, node);
    }

    private ResourceKind? FindKind(YamlValue version, YamlValue kindNode, string kindName)
    {
        var slash = version.Text.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : version.Text[..slash];
        var kind = ResourceKinds.Find(group, kindName);
        if (kind is not null)
        {
            if (kind.Versions.Contains(version.Text[(slash + 1)..])) return kind;
            ReportVersion(version, kind);
            return null;
        }

        if (ResourceKinds.FindMeant(group, kindName) is { } meant)
        {
            ReportVersion(version, meant);
            return null;
        }

        var near = group.EndsWith("istio.io", StringComparison.Ordinal)
            ? Spelling.Nearest(kindName, ResourceKinds.Names)
            : null;
        if (near is not null && near != kindName)
            context.Error(kindNode, DiagnosticCodes.UnknownKind, $"{version.Text} has no kind {kindName}; did you mean {near}?");
        else
            context.Add(Severity.Info, kindNode, DiagnosticCodes.UnknownKind, $"{version.Text} {kindName} is not used by the mesh; skipped");
        return null;
    }

    private void ReportVersion(YamlValue version, ResourceKind kind) => context.Error(
        version, DiagnosticCodes.WrongApiVersion,
        $"{kind.Kind} has no apiVersion {version.Text}; use {string.Join(" or ", kind.ApiVersions)}");

    private ResourceHeader? ReadHeader(ResourceKind kind, string apiVersion, YamlValue node)
    {
        if (node.Find("metadata") is not { } metadataNode || metadataNode.IsNull)
        {
            context.Error(node, DiagnosticCodes.MissingField, "metadata is missing; every object needs metadata.name");
            return null;
        }

        context.Enter("metadata");
        var ok = ObjectMeta.Schema.TryRead(metadataNode, context, out var metadata);
        context.Leave();
        if (!ok) return null;
        metadata = metadata! with
        {
            Namespace = !kind.Namespaced ? ""
                : metadata.Namespace.Length > 0 ? metadata.Namespace
                : options.DefaultNamespace,
        };
        return new ResourceHeader(apiVersion, kind.Kind, metadata, context.Locate(node));
    }

    private void Keep(MeshObject value, YamlValue node)
    {
        var key = ObjectKey.Of(value);
        if (_seen.TryGetValue(key, out var first))
        {
            context.Error(node, DiagnosticCodes.DuplicateObject,
                $"the same object is already at {first}; this one is ignored, remove or rename it");
            return;
        }

        _seen.Add(key, value.Location);
        Objects.Add(value);
    }

    private string SubjectOf(ResourceKind kind, YamlValue node)
    {
        var metadata = node.Find("metadata");
        var name = metadata?.Find("name")?.Text ?? "(no name)";
        var space = metadata?.Find("namespace")?.Text ?? "";
        if (!kind.Namespaced) return $"{kind.Kind} {name}";
        return $"{kind.Kind} {(space.Length > 0 ? space : options.DefaultNamespace)}/{name}";
    }
}
