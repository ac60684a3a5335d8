using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Storage;

/// <summary>One version of an object, never changed.</summary>
internal sealed class StoredObject
{
    private readonly byte[] body;

    private StoredObject(ResourceType type, long revision, JsonObject value)
    {
        Type = type;
        Revision = revision;
        Namespace = Metadata.Namespace(value);
        Name = Metadata.Name(value);
        Labels = Metadata.Labels(value);
        Fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in SelectableFields.Of(type)) Fields[name] = Json.Text(value, path) ?? "";
        body = Json.Bytes(value);
    }

    public ResourceType Type { get; }
    public long Revision { get; }
    public string Namespace { get; }
    public string Name { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>What field selectors may ask for.</summary>
    public Dictionary<string, string> Fields { get; }

    public string Key => KeyOf(Namespace, Name);

    /// <summary>JSON without <c>apiVersion</c> and <c>kind</c>: those depend on who asks.</summary>
    public ReadOnlySpan<byte> Body => body;

    public static string KeyOf(string space, string name) => $"{space}/{name}";

    /// <summary>Takes <paramref name="value"/> over and stamps it with <paramref name="revision"/>.</summary>
    public static StoredObject Of(ResourceType type, long revision, JsonObject value)
    {
        value.Remove("apiVersion");
        value.Remove("kind");
        Metadata.Of(value)["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new StoredObject(type, revision, value);
    }

    /// <summary>The same content as of a later revision: what the event of a deletion carries.</summary>
    public StoredObject At(long revision) => Of(Type, revision, Parse());

    /// <summary>A copy that the caller may change, without <c>apiVersion</c> and <c>kind</c>.</summary>
    public JsonObject Parse() => (JsonObject)JsonNode.Parse(body)!;

    /// <param name="version">Of the API, as <c>v1beta1</c>.</param>
    public JsonObject Parse(string version)
    {
        var value = new JsonObject { ["apiVersion"] = Type.ApiVersion(version), ["kind"] = Type.Kind };
        foreach (var (name, node) in Parse().ToList())
        {
            node?.Parent?.AsObject().Remove(name);
            value[name] = node;
        }

        return value;
    }
}
