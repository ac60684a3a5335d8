using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Whole batches as arrays: one round trip to lock, one to write, however many transfers there are.</summary>
internal sealed class PostgresLedgerStatements(ISqlSession session) : ILedgerStatements
{
    private const string Open =
        "INSERT INTO accounts (id, currency, normal_side, may_go_negative, debits, credits, entries, created_by, create_time_us) " +
        "SELECT id, currency, side, negative, 0, 0, 0, $5, $6 FROM unnest($1, $2, $3, $4) AS a (id, currency, side, negative) " +
        "ORDER BY id COLLATE \"C\" ON CONFLICT (id) DO NOTHING";

    // Rows are locked in the order in which they come; the order of bytes is that of the program's sorting.
    private const string Lock =
        $"SELECT {LedgerRows.AccountColumns} FROM accounts WHERE id = ANY($1) ORDER BY id COLLATE \"C\" FOR UPDATE";

    private const string Find = $"SELECT {LedgerRows.TransferColumns} FROM transfers WHERE id = ANY($1)";

    private const string Write =
        "WITH updated AS (UPDATE accounts SET debits = a.debits, credits = a.credits, pending_debits = a.pending_debits, " +
        "pending_credits = a.pending_credits, entries = a.entries " +
        "FROM unnest($1, $2, $3, $4, $5, $6) AS a (id, debits, credits, pending_debits, pending_credits, entries) " +
        "WHERE accounts.id = a.id RETURNING 1), " +
        $"inserted AS (INSERT INTO transfers ({LedgerRows.TransferColumns}) " +
        "SELECT t.*, $23 FROM unnest($7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) AS t " +
        "ON CONFLICT (id) DO NOTHING RETURNING 1) " +
        "SELECT (SELECT COUNT(*) FROM updated), (SELECT COUNT(*) FROM inserted)";

    private const string Resolve =
        "UPDATE transfers SET pending_state = t.state FROM unnest($1, $2) AS t (id, state) " +
        "WHERE transfers.id = t.id AND transfers.pending_state = 1";

    public ILedgerStatements On(ISqlSession other) => new PostgresLedgerStatements(other);

    public Task OpenAsync(IReadOnlyList<LedgerAccount> accounts, string createdBy, long nowUs, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0) return Task.CompletedTask;
        return session.ExecuteAsync(Open, cancellationToken,
            accounts.Select(account => account.Id).ToArray(),
            accounts.Select(account => account.Currency).ToArray(),
            accounts.Select(account => (short)account.NormalSide).ToArray(),
            accounts.Select(account => (short)(account.MayGoNegative ? 1 : 0)).ToArray(),
            createdBy, nowUs);
    }

    public async Task<IReadOnlyList<Account>> LockAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? []
            : await session.QueryAsync(Lock, LedgerRows.ReadAccount, cancellationToken, (object)ids.ToArray()).ConfigureAwait(false);

    public async Task<IReadOnlyList<LedgerTransfer>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? []
            : await session.QueryAsync(Find, LedgerRows.ReadTransfer, cancellationToken, (object)ids.ToArray()).ConfigureAwait(false);

    public async Task WriteAsync(LedgerBook book, CancellationToken cancellationToken)
    {
        // First, so that the unique pending_id of a new transfer never meets a pending one that still is open.
        if (book.Resolved.Count > 0)
        {
            var resolved = await session.ExecuteAsync(Resolve, cancellationToken,
                book.Resolved.Select(transfer => transfer.Id).ToArray(),
                book.Resolved.Select(transfer => (short)transfer.PendingState!.Value).ToArray()).ConfigureAwait(false);
            LedgerWrites.Check("pending transfers", book.Resolved.Count, resolved);
        }

        var written = await session.QueryAsync(Write, row => (Updated: row.GetInt64(0), Inserted: row.GetInt64(1)), cancellationToken,
            [.. AccountColumns(book.Changed), .. TransferColumns(book.Created), book.NowUs]).ConfigureAwait(false);
        LedgerWrites.Check("accounts", book.Changed.Count, written[0].Updated);
        LedgerWrites.CheckCreated(book.Created.Count, written[0].Inserted);
    }

    private static object?[] AccountColumns(IReadOnlyCollection<Account> accounts) =>
    [
        Column(accounts, account => account.Id), Column(accounts, account => account.Debits),
        Column(accounts, account => account.Credits), Column(accounts, account => account.PendingDebits),
        Column(accounts, account => account.PendingCredits), Column(accounts, account => account.Entries),
    ];

    /// <summary>In the order of <see cref="LedgerRows.TransferColumns"/>, without the last.</summary>
    private static object?[] TransferColumns(IReadOnlyCollection<LedgerTransfer> transfers) =>
    [
        Column(transfers, transfer => transfer.Id), Column(transfers, transfer => (short)transfer.Kind),
        Column(transfers, transfer => transfer.DebitAccount), Column(transfers, transfer => transfer.CreditAccount),
        Column(transfers, transfer => transfer.Currency), Column(transfers, transfer => transfer.Amount),
        Column(transfers, transfer => transfer.Code), Column(transfers, transfer => transfer.PaymentId),
        Column(transfers, transfer => transfer.PendingId), Column(transfers, transfer => (short?)transfer.PendingState),
        Column(transfers, transfer => transfer.ExpireTimeUs), Column(transfers, transfer => transfer.DebitEntry),
        Column(transfers, transfer => transfer.CreditEntry), Column(transfers, transfer => transfer.DebitBalance),
        Column(transfers, transfer => transfer.CreditBalance), Column(transfers, transfer => transfer.CreatedBy),
    ];

    private static TColumn[] Column<TRow, TColumn>(IReadOnlyCollection<TRow> rows, Func<TRow, TColumn> value)
    {
        var column = new TColumn[rows.Count];
        var next = 0;
        foreach (var row in rows) column[next++] = value(row);
        return column;
    }
}
