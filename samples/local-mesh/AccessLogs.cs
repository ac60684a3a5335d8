using System.Text.Json;
using Mesh.Hosting.AccessLogs;

namespace Mesh.LocalMesh;

/// <summary>Reads the access logs that the processes write, as they grow.</summary>
internal sealed class AccessLogs(string folder)
{
    public const string Suffix = ".access.jsonl";

    private readonly Dictionary<string, long> positions = [];
    private readonly List<AccessLogEntry> entries = [];

    /// <summary>Every line written so far, in no particular order between processes.</summary>
    public IReadOnlyList<AccessLogEntry> Read()
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Suffix))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Position = positions.GetValueOrDefault(file);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            // A line may be half written: it is read again when it is whole.
            var whole = text.LastIndexOf('\n') + 1;
            foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries)) Add(line, file);
            positions[file] = stream.Position - System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(whole));
        }

        return entries;
    }

    private void Add(string line, string file)
    {
        try
        {
            if (AccessLogJson.Read(line) is { } entry) entries.Add(entry);
        }
        catch (JsonException failure)
        {
            throw new LocalMeshException($"{file}: not an access log line ({failure.Message}): {line}");
        }
    }
}
