using System.Text.Json.Serialization;

namespace Mesh.VmAgent.Handover;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Inheritance))]
internal sealed partial class HandoverJson : JsonSerializerContext;
