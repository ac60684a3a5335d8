namespace Mesh.Payments.Storage;

/// <summary>The answer to a mutation as it is kept for repetitions of its key.</summary>
/// <param name="Code">gRPC status code; 0 is OK.</param>
/// <param name="Body">The serialized response, or google.rpc.Status when <paramref name="Code"/> is not 0.</param>
/// <param name="PaymentId">The payment it is about.</param>
internal sealed record StoredAnswer(int Code, byte[] Body, string? PaymentId)
{
    /// <summary>Whether it is the answer to an earlier call with the same key.</summary>
    public bool IsReplay { get; init; }
}
