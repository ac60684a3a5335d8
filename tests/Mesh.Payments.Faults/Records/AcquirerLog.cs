using System.Text.Json;

namespace Mesh.Payments.Faults.Records;

/// <summary>Reads the sandbox acquirer's log.</summary>
public static class AcquirerLog
{
    /// <summary>All lines in their order: a pending operation has a second one once it is decided.</summary>
    public static IReadOnlyList<AcquirerEntry> Read(string path) => [.. JsonLines.Read(path).Select(Entry)];

    private static AcquirerEntry Entry(JsonElement line) => new(
        Text(line, "id")!,
        Text(line, "kind")!,
        Text(line, "payment")!,
        Text(line, "original"),
        Text(line, "currency"),
        line.TryGetProperty("amount", out var amount) ? amount.GetInt64() : 0,
        Text(line, "state")!);

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;
}
