namespace Mesh.Payments.Faults.Records;

/// <summary>A row of <c>transfers</c> that moved money. Amounts are minor units.</summary>
/// <param name="Code">What it is for: <see cref="HoldCode"/> and its neighbours.</param>
/// <param name="PaymentId">Null for one that belongs to no payment.</param>
public sealed record LedgerTransfer(string Id, string Debit, string Credit, string Currency, long Amount, int Code, string? PaymentId)
{
    public const int HoldCode = 1;
    public const int ReleaseCode = 2;
    public const int CaptureCode = 3;
    public const int RefundCode = 4;
}
