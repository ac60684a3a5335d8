using System.Text.Json.Serialization;

namespace SandboxAcquirer;

/// <summary>Where an operation stands, as it is written into the log.</summary>
internal enum OperationState
{
    [JsonStringEnumMemberName("PENDING")]
    Pending = 1,

    [JsonStringEnumMemberName("APPROVED")]
    Approved = 2,

    [JsonStringEnumMemberName("DECLINED")]
    Declined = 3,
}
