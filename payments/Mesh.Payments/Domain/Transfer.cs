namespace Mesh.Payments.Domain;

/// <summary>
/// One movement of the ledger: debits one account and credits another with the same amount, so its two entries sum to
/// zero by construction.
/// </summary>
internal sealed record Transfer(
    string Id, LedgerAccount Debit, LedgerAccount Credit, Money Amount, TransferCode Code, string PaymentId);
