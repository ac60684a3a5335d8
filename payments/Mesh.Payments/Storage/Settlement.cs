using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>The acquirer's answer to an operation. Settled a second time, nothing happens.</summary>
internal sealed record Settlement : PaymentWork
{
    public required string OperationId { get; init; }

    /// <summary>What the acquirer calls it; null when it was declined.</summary>
    public string? Reference { get; init; }

    /// <summary>Null when it was approved.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>Pure; makes of the payment what the acquirer's answer says.</summary>
    public required Func<Payment, PaymentOperation, DateTimeOffset, PaymentDecision> Decide { get; init; }

    /// <summary>Pure; makes the answer for the request's key.</summary>
    public required Func<PaymentDecision, StoredAnswer> Encode { get; init; }
}
