using System.Data.Common;
using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Accounts and transfers as rows.</summary>
internal static class LedgerRows
{
    public const string AccountColumns =
        "id, currency, normal_side, may_go_negative, debits, credits, pending_debits, pending_credits, entries, created_by, create_time_us";

    public const string TransferColumns =
        "id, kind, debit_account, credit_account, currency, amount, code, payment_id, pending_id, pending_state, expire_time_us, " +
        "debit_entry, credit_entry, debit_balance, credit_balance, created_by, create_time_us";

    public static Account ReadAccount(DbDataReader row) => new(
        new LedgerAccount(row.GetString(0), row.GetString(1), (NormalSide)row.GetInt16(2), row.GetInt16(3) == 1),
        createdBy: row.GetString(9), createTimeUs: row.GetInt64(10), debits: row.GetInt64(4), credits: row.GetInt64(5),
        pendingDebits: row.GetInt64(6), pendingCredits: row.GetInt64(7), entries: row.GetInt64(8));

    public static LedgerTransfer ReadTransfer(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Kind = (TransferKind)row.GetInt16(1),
        DebitAccount = row.GetString(2),
        CreditAccount = row.GetString(3),
        Currency = row.GetString(4),
        Amount = row.GetInt64(5),
        Code = row.GetInt16(6),
        PaymentId = row.IsDBNull(7) ? null : row.GetString(7),
        PendingId = row.IsDBNull(8) ? null : row.GetString(8),
        PendingState = row.IsDBNull(9) ? null : (PendingState)row.GetInt16(9),
        ExpireTimeUs = Number(row, 10),
        DebitEntry = Number(row, 11),
        CreditEntry = Number(row, 12),
        DebitBalance = Number(row, 13),
        CreditBalance = Number(row, 14),
        CreatedBy = row.GetString(15),
        CreateTimeUs = row.GetInt64(16),
    };

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
