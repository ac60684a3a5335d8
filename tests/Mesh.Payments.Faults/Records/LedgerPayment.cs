namespace Mesh.Payments.Faults.Records;

/// <summary>A row of <c>payments</c>. Amounts are minor units.</summary>
/// <param name="Description">The key of the client who made it.</param>
/// <param name="PendingOperation">What the acquirer has not decided; null when nothing is open.</param>
/// <param name="State">Number of <c>payments.v1.PaymentState</c>.</param>
public sealed record LedgerPayment(
    string Id, string Merchant, string Currency, long Amount, long Captured, long Refunded, string Description, V1.PaymentState State,
    string? PendingOperation = null);
