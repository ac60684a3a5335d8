using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>One prepared statement per row: SQLite works in the process, a statement costs microseconds.</summary>
internal sealed class SqliteLedgerStatements(ISqlSession session) : ILedgerStatements
{
    private const string Open =
        "INSERT INTO accounts (id, currency, normal_side, may_go_negative, debits, credits, entries, created_by, create_time_us) " +
        "VALUES ($1, $2, $3, $4, 0, 0, 0, $5, $6) ON CONFLICT (id) DO NOTHING";

    private const string SelectAccount = $"SELECT {LedgerRows.AccountColumns} FROM accounts WHERE id = $1";

    private const string SelectTransfer = $"SELECT {LedgerRows.TransferColumns} FROM transfers WHERE id = $1";

    private const string UpdateAccount =
        "UPDATE accounts SET debits = $2, credits = $3, pending_debits = $4, pending_credits = $5, entries = $6 WHERE id = $1";

    private const string Insert =
        $"INSERT INTO transfers ({LedgerRows.TransferColumns}) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (id) DO NOTHING";

    private const string Resolve = "UPDATE transfers SET pending_state = $2 WHERE id = $1 AND pending_state = 1";

    public ILedgerStatements On(ISqlSession other) => new SqliteLedgerStatements(other);

    public Task OpenAsync(IReadOnlyList<LedgerAccount> accounts, string createdBy, long nowUs, CancellationToken cancellationToken) =>
        session.ExecuteAsync(Open, [.. accounts.Select(account => new object?[]
        {
            account.Id, account.Currency, (short)account.NormalSide, (short)(account.MayGoNegative ? 1 : 0), createdBy, nowUs,
        })], cancellationToken);

    public async Task<IReadOnlyList<Account>> LockAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        // The transaction holds the only write lock there is.
        var rows = await session.QueryAsync(SelectAccount, [.. ids.Select(id => new object?[] { id })], LedgerRows.ReadAccount, cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.SelectMany(row => row)];
    }

    public async Task<IReadOnlyList<LedgerTransfer>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(SelectTransfer, [.. ids.Select(id => new object?[] { id })], LedgerRows.ReadTransfer, cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.SelectMany(row => row)];
    }

    public async Task WriteAsync(LedgerBook book, CancellationToken cancellationToken)
    {
        var updated = await session.ExecuteAsync(UpdateAccount, [.. book.Changed.Select(account => new object?[]
        {
            account.Id, account.Debits, account.Credits, account.PendingDebits, account.PendingCredits, account.Entries,
        })], cancellationToken).ConfigureAwait(false);
        LedgerWrites.Check("accounts", book.Changed.Count, updated.Sum());
        var inserted = await session.ExecuteAsync(Insert, [.. book.Created.Select(Parameters)], cancellationToken).ConfigureAwait(false);
        LedgerWrites.CheckCreated(book.Created.Count, inserted.Sum());
        var resolved = await session.ExecuteAsync(Resolve, [.. book.Resolved.Select(transfer => new object?[]
        {
            transfer.Id, (short)transfer.PendingState!.Value,
        })], cancellationToken).ConfigureAwait(false);
        LedgerWrites.Check("pending transfers", book.Resolved.Count, resolved.Sum());
    }

    private static object?[] Parameters(LedgerTransfer transfer) =>
    [
        transfer.Id, (short)transfer.Kind, transfer.DebitAccount, transfer.CreditAccount, transfer.Currency, transfer.Amount,
        transfer.Code, transfer.PaymentId, transfer.PendingId, (short?)transfer.PendingState, transfer.ExpireTimeUs,
        transfer.DebitEntry, transfer.CreditEntry, transfer.DebitBalance, transfer.CreditBalance, transfer.CreatedBy,
        transfer.CreateTimeUs,
    ];
}
