namespace Mesh.Payments.Accounting;

/// <param name="CreateTimeUs">Of the transfer when it was created or existed before, otherwise 0.</param>
internal readonly record struct TransferResult(TransferOutcome Outcome, long CreateTimeUs = 0)
{
    public bool IsKept => Outcome is TransferOutcome.Created or TransferOutcome.Exists;
}
