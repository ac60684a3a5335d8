using System.Text.Json.Serialization;

namespace Mesh.Gateway.Admin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusSnapshot))]
[JsonSerializable(typeof(MachineList))]
internal sealed partial class AdminJson : JsonSerializerContext;
