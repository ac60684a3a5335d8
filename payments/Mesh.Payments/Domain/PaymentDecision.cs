namespace Mesh.Payments.Domain;

/// <summary>What a request does: the payment's next version with its transfers, a refusal, or both (a declined card).</summary>
internal sealed record PaymentDecision
{
    /// <summary>What is to be stored; null when nothing changes.</summary>
    public Payment? Next { get; init; }

    public IReadOnlyList<Transfer> Transfers { get; init; } = [];
    public Refusal? Refusal { get; init; }

    public static PaymentDecision Refuse(Refusal refusal) => new() { Refusal = refusal };
}
