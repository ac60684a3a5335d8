using Mesh.Payments.Storage;

namespace Mesh.Payments.Tests.Support;

/// <summary>Reads the ledger with SQL of its own and tells where it does not balance.</summary>
internal static class Books
{
    private static readonly (string What, string Sql)[] Rules =
    [
        ("debits and credits differ in a currency",
            "SELECT currency FROM accounts GROUP BY currency HAVING SUM(debits) <> SUM(credits)"),
        ("an account is not the sum of its transfers",
            "SELECT id FROM accounts WHERE debits <> (SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE debit_account = accounts.id AND kind IN (1, 3)) " +
            "OR credits <> (SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE credit_account = accounts.id AND kind IN (1, 3))"),
        ("an account's reservations are not the sum of its open pending transfers",
            "SELECT id FROM accounts WHERE pending_debits <> " +
            "(SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE debit_account = accounts.id AND pending_state = 1) " +
            "OR pending_credits <> (SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE credit_account = accounts.id AND pending_state = 1)"),
        ("an account's last entry has another balance",
            "SELECT id FROM accounts WHERE entries > 0 AND (CASE WHEN normal_side = 1 THEN debits - credits ELSE credits - debits END) <> " +
            "(SELECT CASE WHEN debit_account = accounts.id THEN debit_balance ELSE credit_balance END FROM transfers " +
            "WHERE (debit_account = accounts.id AND debit_entry = accounts.entries) " +
            "OR (credit_account = accounts.id AND credit_entry = accounts.entries))"),
        ("a pending transfer was posted, voided or left open against its state",
            "SELECT id FROM transfers AS p WHERE kind = 2 AND (pending_state IN (2, 3)) <> " +
            "EXISTS (SELECT 1 FROM transfers AS r WHERE r.pending_id = p.id AND r.kind = p.pending_state + 1)"),
        ("an account's entries have gaps",
            "SELECT id FROM accounts WHERE entries <> (SELECT COUNT(*) FROM transfers WHERE (debit_account = accounts.id " +
            "OR credit_account = accounts.id) AND kind IN (1, 3))"),
        ("a payment captured something else than its transfers say",
            "SELECT id FROM payments WHERE captured <> (SELECT COALESCE(SUM(amount), 0) FROM transfers " +
            "WHERE payment_id = payments.id AND code = 3)"),
        ("a payment refunded something else than its transfers say",
            "SELECT id FROM payments WHERE refunded <> (SELECT COALESCE(SUM(amount), 0) FROM transfers " +
            "WHERE payment_id = payments.id AND code = 4)"),
        ("a payment holds money though it is not waiting for its capture",
            "SELECT id FROM payments WHERE (CASE WHEN state = 2 THEN amount ELSE 0 END) <> " +
            "(SELECT COALESCE(SUM(CASE WHEN code = 1 THEN amount WHEN code = 2 THEN -amount ELSE 0 END), 0) " +
            "FROM transfers WHERE payment_id = payments.id)"),
        ("an answered key names a payment that does not exist",
            "SELECT idempotency_key FROM idempotency_keys WHERE payment_id IS NOT NULL " +
            "AND payment_id NOT IN (SELECT id FROM payments)"),
    ];

    public static async Task<IReadOnlyList<string>> CheckAsync(IDatabase database)
    {
        var findings = new List<string>();
        await using var session = await database.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var (what, sql) in Rules)
        {
            var rows = await session.QueryAsync(sql, row => row.GetString(0), TestContext.Current.CancellationToken);
            findings.AddRange(rows.Select(row => $"{what}: {row}"));
        }

        return findings;
    }
}
