using System.Text.Json;

namespace Mesh.Payments.Faults.Records;

/// <summary>Files with one JSON object a line, which another process may be appending to.</summary>
public static class JsonLines
{
    /// <summary>All whole lines; a torn last one is left out.</summary>
    public static IReadOnlyList<JsonElement> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        return [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
