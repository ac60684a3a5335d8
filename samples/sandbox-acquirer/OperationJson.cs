using System.Text.Json.Serialization;

namespace SandboxAcquirer;

/// <summary>Lines of the log.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Operation))]
internal sealed partial class OperationJson : JsonSerializerContext;
