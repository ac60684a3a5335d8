using System.Text.Json.Serialization;

namespace SandboxAcquirer;

/// <summary>What an operation does, as it is written into the log.</summary>
internal enum OperationKind
{
    [JsonStringEnumMemberName("AUTHORIZE")]
    Authorize = 1,

    [JsonStringEnumMemberName("CHARGE")]
    Charge = 2,

    [JsonStringEnumMemberName("CAPTURE")]
    Capture = 3,

    [JsonStringEnumMemberName("VOID")]
    Void = 4,

    [JsonStringEnumMemberName("REFUND")]
    Refund = 5,
}
