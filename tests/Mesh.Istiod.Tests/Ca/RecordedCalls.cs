using System.Text.Json;

namespace Mesh.Istiod.Tests.Ca;

/// <summary>CreateCertificate calls recorded from a real istiod, which live beside the repository.</summary>
internal static class RecordedCalls
{
    public const string Missing = "the recorded calls (../shared/cases/istiod/ca/ca.json) are not here";

    private static readonly string? File = Find();

    public static bool Exist => File is not null;

    /// <summary>All calls over TLS, with their replies.</summary>
    public static IReadOnlyList<RecordedCall> Load()
    {
        if (File is null) return [];
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(File));
        var events = document.RootElement.GetProperty("events").EnumerateArray().ToArray();
        var replies = events.Where(one => Text(one, "kind") == "reply").ToDictionary(one => Text(one, "label")!);
        return [.. events
            .Where(one => Text(one, "kind") == "call" && one.GetProperty("connection").GetProperty("port").GetInt32() == 15012)
            .Select(call => RecordedCall.Read(call, replies[Text(call, "label")!]))];
    }

    internal static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "cases", "istiod", "ca", "ca.json");
            if (System.IO.File.Exists(candidate)) return candidate;
        }

        return null;
    }
}
