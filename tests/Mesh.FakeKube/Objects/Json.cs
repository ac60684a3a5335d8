using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.FakeKube.Objects;

/// <summary>Short ways through JSON trees.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Plain)) node.WriteTo(writer);
        return stream.ToArray();
    }

    /// <summary>The node at the end of the path, or null.</summary>
    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node is not JsonObject map || !map.TryGetPropertyValue(step, out node)) return null;
        }

        return node;
    }

    public static string? Text(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static long? Number(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool True(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static IEnumerable<string> Texts(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonArray list ? [.. list.Select(item => Text(item)).OfType<string>()] : [];

    public static IEnumerable<JsonObject> Maps(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    /// <summary>The map at <paramref name="name"/>, made if it is missing.</summary>
    public static JsonObject Map(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject map) return map;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    public static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);

    [return: NotNullIfNotNull(nameof(node))]
    public static T? Copy<T>(T? node) where T : JsonNode => (T?)node?.DeepClone();
}
