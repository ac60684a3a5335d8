namespace Mesh.Payments.Storage;

/// <summary>One change of a payment.</summary>
/// <param name="Position">1, 2, 3 … within the merchant's stream.</param>
/// <param name="Payment">The payment as of this change, serialized as payments.v1.Payment.</param>
internal sealed record StoredEvent(long Position, byte[] Payment, DateTimeOffset Time);
