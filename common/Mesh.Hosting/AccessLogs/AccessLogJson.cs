using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Hosting.AccessLogs;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccessLogEntry))]
public sealed partial class AccessLogJson : JsonSerializerContext
{
    public static string Write(AccessLogEntry entry) => JsonSerializer.Serialize(entry, Default.AccessLogEntry);

    public static AccessLogEntry? Read(string line) => JsonSerializer.Deserialize(line, Default.AccessLogEntry);
}
