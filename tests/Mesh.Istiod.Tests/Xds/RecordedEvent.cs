using System.Text.Json;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>One event of a recorded exchange with a real istiod; see the README beside the recordings.</summary>
/// <param name="Bytes">A message as on the wire; null for other events and for large responses.</param>
/// <param name="Nonce">Of a response; empty otherwise.</param>
/// <param name="Resources">Names of the resources of a large response.</param>
internal sealed record RecordedEvent(
    string Kind, string Stream, string Label, string Type, byte[]? Bytes, string Nonce, string Version, IReadOnlyList<string> Resources,
    string Code, string Message, bool Delta)
{
    public const string Missing = "the recorded exchanges (../shared/cases/istiod) are not here";

    /// <param name="path">Below <c>cases/istiod</c>.</param>
    /// <returns>Empty when the recordings are not here.</returns>
    public static IReadOnlyList<RecordedEvent> Load(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "cases", "istiod", path);
            if (!File.Exists(file)) continue;
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return [.. document.RootElement.GetProperty("events").EnumerateArray().Select(Read)];
        }

        return [];
    }

    private static RecordedEvent Read(JsonElement element)
    {
        var body = element.TryGetProperty("summary", out var summary) ? summary
            : element.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object ? message
            : default;
        var isSummary = summary.ValueKind == JsonValueKind.Object;
        return new RecordedEvent(
            Text(element, "kind"), Text(element, "stream"), Text(element, "label"), Text(element, "type"),
            Text(element, "bytes") is { Length: > 0 } bytes ? Convert.FromBase64String(bytes) : null,
            Text(body, "nonce"),
            Text(body, "versionInfo") + Text(body, "systemVersionInfo"),
            isSummary ? [.. summary.GetProperty("resources").EnumerateArray().Select(resource => Text(resource, "name"))] : [],
            Text(element, "code"), body.ValueKind == JsonValueKind.Object ? "" : Text(element, "message"),
            element.TryGetProperty("connection", out var connection) && Text(connection, "method").StartsWith("Delta", StringComparison.Ordinal));
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
}
