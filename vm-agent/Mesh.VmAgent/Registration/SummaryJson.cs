using System.Text.Json.Serialization;

namespace Mesh.VmAgent.Registration;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentSummary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
