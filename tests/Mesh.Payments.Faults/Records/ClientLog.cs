using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Payments.Faults.Records;

/// <summary>What one client sent and what it was told, one JSON object a line; in the file before the client goes on.</summary>
public sealed class ClientLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly FileStream file;

    public ClientLog(string path) => file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public void Write(ClientEntry entry) => file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, Json), (byte)'\n']);

    public void Dispose() => file.Dispose();

    /// <summary>The entries of all logs, each in its order.</summary>
    public static IReadOnlyList<ClientEntry> Read(IEnumerable<string> paths) =>
        [.. paths.SelectMany(JsonLines.Read).Select(line => line.Deserialize<ClientEntry>(Json)!)];
}
