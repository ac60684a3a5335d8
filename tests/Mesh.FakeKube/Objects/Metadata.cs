using System.Globalization;
using System.Text.Json.Nodes;

namespace Mesh.FakeKube.Objects;

/// <summary>The fields of <c>metadata</c> that the server itself reads and writes.</summary>
internal static class Metadata
{
    public static JsonObject Of(JsonObject value) => Json.Map(value, "metadata");

    public static string Name(JsonObject value) => Json.Text(value, "metadata", "name") ?? "";

    public static string Namespace(JsonObject value) => Json.Text(value, "metadata", "namespace") ?? "";

    public static string? ResourceVersion(JsonObject value) =>
        Json.Text(value, "metadata", "resourceVersion") is { Length: > 0 } text ? text : null;

    public static IReadOnlyList<string> Finalizers(JsonObject value) => [.. Json.Texts(value, "metadata", "finalizers")];

    public static bool IsTerminating(JsonObject value) => Json.Text(value, "metadata", "deletionTimestamp") is not null;

    public static Dictionary<string, string> Labels(JsonObject value)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Json.At(value, "metadata", "labels") is not JsonObject map) return labels;
        foreach (var (key, text) in map) labels[key] = Json.Text(text) ?? "";
        return labels;
    }

    /// <summary>Seconds, as all times of Kubernetes but those of Leases are.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
