namespace Mesh.Payments.Domain;

/// <summary>What a request or the acquirer's answer to it does: the payment's next version with its transfers, a refusal, or both (a declined card).</summary>
internal sealed record PaymentDecision
{
    /// <summary>What is to be stored; null when nothing changes.</summary>
    public Payment? Next { get; init; }

    public IReadOnlyList<Transfer> Transfers { get; init; } = [];
    public Refusal? Refusal { get; init; }

    /// <summary>What the acquirer must decide before the request is decided; null when it is.</summary>
    public PaymentOperation? Operation { get; init; }

    public static PaymentDecision Refuse(Refusal refusal) => new() { Refusal = refusal };
}
