namespace Mesh.Payments.Accounting;

/// <summary>A transfer that is asked for, well-formed in itself.</summary>
/// <param name="Id">Chosen by the caller; makes repetitions harmless.</param>
/// <param name="DebitAccount">Null for the pending transfer's own, with <see cref="TransferKind.PostPending"/> and
/// <see cref="TransferKind.VoidPending"/> only. The same for credit account, currency and amount.</param>
/// <param name="Code">What it is for, in the caller's own numbers; 0 with posts and voids is the pending transfer's own.</param>
internal sealed record TransferRequest(
    string Id, TransferKind Kind, string? DebitAccount, string? CreditAccount, string? Currency, long? Amount, short Code)
{
    /// <summary>The transfer to post or void.</summary>
    public string? PendingId { get; init; }

    /// <summary>How long a pending transfer reserves its amount; null is without end. Microseconds.</summary>
    public long? TimeoutUs { get; init; }

    /// <summary>Succeeds or fails together with the next one.</summary>
    public bool IsLinked { get; init; }

    /// <summary>The payment that made it, for those of <c>payments.v1</c>.</summary>
    public string? PaymentId { get; init; }
}
