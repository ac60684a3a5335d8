using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LegacyBilling;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Invoice))]
[JsonSerializable(typeof(PaymentOutcome))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class BillingJson : JsonSerializerContext;
