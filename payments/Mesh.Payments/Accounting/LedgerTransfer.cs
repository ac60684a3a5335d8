namespace Mesh.Payments.Accounting;

/// <summary>A transfer as it is kept. Nothing of it changes but <see cref="PendingState"/>.</summary>
internal sealed class LedgerTransfer
{
    public required string Id { get; init; }

    public required TransferKind Kind { get; init; }

    public required string DebitAccount { get; init; }

    public required string CreditAccount { get; init; }

    public required string Currency { get; init; }

    /// <summary>Minor units; of a void, what was reserved.</summary>
    public required long Amount { get; init; }

    public required short Code { get; init; }

    public string? PaymentId { get; init; }

    public string? PendingId { get; init; }

    /// <summary>Null unless it is a pending one.</summary>
    public PendingState? PendingState { get; set; }

    /// <summary>Microseconds since 1970; null when it never expires.</summary>
    public long? ExpireTimeUs { get; init; }

    /// <summary>Number among the debited account's entries; null when nothing was posted.</summary>
    public long? DebitEntry { get; init; }

    /// <inheritdoc cref="DebitEntry"/>
    public long? CreditEntry { get; init; }

    /// <summary>The debited account's balance after it; null when nothing was posted.</summary>
    public long? DebitBalance { get; init; }

    /// <inheritdoc cref="DebitBalance"/>
    public long? CreditBalance { get; init; }

    /// <summary>Who asked for it; empty when not known.</summary>
    public required string CreatedBy { get; init; }

    public required long CreateTimeUs { get; init; }
}
