namespace Mesh.Payments.Storage;

/// <summary>What changes payments in a <see cref="MutationBatch"/>.</summary>
internal abstract record PaymentWork
{
    /// <summary>The payment it is about; null when it makes one.</summary>
    public string? PaymentId { get; init; }
}
