using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>One validated request that changes the ledger: opens an account, creates transfers, or ends reservations.</summary>
internal sealed record LedgerCall
{
    /// <summary>Who asks, for the record; empty when not known.</summary>
    public required string Caller { get; init; }

    /// <summary>What was called, for the audit.</summary>
    public required string Method { get; init; }

    /// <summary>Null when it was not asked for by anybody.</summary>
    public string? TraceId { get; init; }

    /// <summary>To be opened unless it is there.</summary>
    public LedgerAccount? Account { get; init; }

    /// <summary>To be decided in their order.</summary>
    public IReadOnlyList<TransferRequest> Transfers { get; init; } = [];

    /// <summary>Ids of pending transfers whose time may be over.</summary>
    public IReadOnlyList<string> Expired { get; init; } = [];

    /// <summary>What it counts in a queue.</summary>
    public int Weight => Math.Max(1, Transfers.Count + Expired.Count);
}
