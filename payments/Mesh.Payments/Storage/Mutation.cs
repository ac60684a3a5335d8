using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>One validated request that changes something.</summary>
internal sealed record Mutation : PaymentWork
{
    /// <summary>Whose key it is; empty for a caller without identity.</summary>
    public required string Caller { get; init; }

    public required string IdempotencyKey { get; init; }

    /// <summary>E.g. <c>CreatePayment</c>.</summary>
    public required string Method { get; init; }

    /// <summary>SHA-256 of the parameters without the key.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>Answered at once: what the acquirer has to do is left to the message that is written with it.</summary>
    public bool IsAsynchronous { get; init; }

    /// <summary>For the audit row.</summary>
    public string? TraceId { get; init; }

    /// <summary>Pure; the payment is null exactly when <see cref="PaymentWork.PaymentId"/> is.</summary>
    public required Func<Payment?, DateTimeOffset, PaymentDecision> Decide { get; init; }

    /// <summary>Pure; makes the answer of a decision; of one that waits for the acquirer, that it waits.</summary>
    public required Func<PaymentDecision, StoredAnswer> Encode { get; init; }
}
