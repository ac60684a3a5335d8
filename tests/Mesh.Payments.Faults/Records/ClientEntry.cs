namespace Mesh.Payments.Faults.Records;

/// <summary>A line of a client's own log. Amounts are minor units.</summary>
public sealed record ClientEntry
{
    public required ClientEntryKind Kind { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The idempotency key; a new payment has it as its description as well, so that it is found again in the ledger.</summary>
    public required string Key { get; init; }

    /// <summary><c>CreatePayment</c>, <c>CapturePayment</c>, <c>CancelPayment</c> or <c>RefundPayment</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the payment, <c>payments/ID</c>; of a CreatePayment only in its answer.</summary>
    public string? Payment { get; init; }

    public string? Merchant { get; init; }

    public string? Currency { get; init; }

    /// <summary>What is asked for; null for all there is.</summary>
    public long? Amount { get; init; }

    /// <summary>Of a CreatePayment: whether it is captured later.</summary>
    public bool IsManual { get; init; }

    public string? PaymentMethod { get; init; }

    /// <summary>gRPC status of an answer or failure, <c>OK</c> among them.</summary>
    public string? Code { get; init; }

    /// <summary>Reason of its ErrorInfo.</summary>
    public string? Reason { get; init; }

    /// <summary>State of the payment in the answer.</summary>
    public string? State { get; init; }

    public long Captured { get; init; }

    public long Refunded { get; init; }
}
