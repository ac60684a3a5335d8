using System.Net;

namespace SandboxAcquirer;

/// <summary>What a sandbox-acquirer process runs with.</summary>
internal sealed record AcquirerOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>The file of the operations.</summary>
    public required string Log { get; init; }

    /// <summary>After how long <c>pm_card_late</c> is decided.</summary>
    public required TimeSpan LateAfter { get; init; }

    /// <summary>How often an operation on <c>pm_card_unavailable</c> is turned away before it is done.</summary>
    public required int UnavailableTimes { get; init; }

    public required LogLevel LogLevel { get; init; }
}
