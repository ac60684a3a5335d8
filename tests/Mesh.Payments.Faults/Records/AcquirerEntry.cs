namespace Mesh.Payments.Faults.Records;

/// <summary>A line of the sandbox acquirer's log. Amounts are minor units.</summary>
/// <param name="Kind"><c>AUTHORIZE</c>, <c>CHARGE</c>, <c>CAPTURE</c>, <c>VOID</c> or <c>REFUND</c>.</param>
/// <param name="Payment">What payments called it, <c>payments/ID</c>.</param>
/// <param name="Original">Id of the authorization or charge that a later operation belongs to.</param>
/// <param name="State"><c>PENDING</c>, <c>APPROVED</c> or <c>DECLINED</c>.</param>
public sealed record AcquirerEntry(string Id, string Kind, string Payment, string? Original, string? Currency, long Amount, string State);
