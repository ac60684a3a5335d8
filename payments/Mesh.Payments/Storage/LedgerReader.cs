using System.Data.Common;
using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Reads the ledger, committed rows only.</summary>
internal sealed class LedgerReader(IDatabase database)
{
    private const string SelectAccount = $"SELECT {LedgerRows.AccountColumns} FROM accounts WHERE id = $1";

    private const string SelectTransfer = $"SELECT {LedgerRows.TransferColumns} FROM transfers WHERE id = $1";

    // Each half reads its own index in order and no further than a page.
    private const string SelectEntries =
        "SELECT * FROM (SELECT debit_entry AS entry, id, 1 AS side, currency, amount, debit_balance AS balance, credit_account AS other, " +
        "code, create_time_us FROM transfers WHERE debit_account = $1 AND debit_entry > $2 ORDER BY debit_entry LIMIT $3) AS debits " +
        "UNION ALL " +
        "SELECT * FROM (SELECT credit_entry AS entry, id, 2 AS side, currency, amount, credit_balance AS balance, debit_account AS other, " +
        "code, create_time_us FROM transfers WHERE credit_account = $1 AND credit_entry > $2 ORDER BY credit_entry LIMIT $3) AS credits " +
        "ORDER BY entry LIMIT $3";

    private const string SelectExpired =
        "SELECT id FROM transfers WHERE pending_state = 1 AND expire_time_us <= $1 ORDER BY expire_time_us LIMIT $2";

    /// <summary>Null when there is none.</summary>
    public async Task<Account?> FindAccountAsync(string id, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(SelectAccount, LedgerRows.ReadAccount, cancellationToken, id).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Null when there is none.</summary>
    public async Task<LedgerTransfer?> FindTransferAsync(string id, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(SelectTransfer, LedgerRows.ReadTransfer, cancellationToken, id).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>At most <paramref name="limit"/> entries of an account whose number is greater than <paramref name="after"/>, ascending.</summary>
    public Task<IReadOnlyList<LedgerEntry>> ListEntriesAsync(string accountId, long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(SelectEntries, ReadEntry, cancellationToken, accountId, after, limit);

    /// <summary>Ids of open pending transfers whose time is over.</summary>
    public Task<IReadOnlyList<string>> ListExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ReadAsync(SelectExpired, row => row.GetString(0), cancellationToken, Times.ToMicroseconds(now), limit);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await session.QueryAsync(sql, read, cancellationToken, parameters).ConfigureAwait(false);
    }

    private static LedgerEntry ReadEntry(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), (NormalSide)row.GetInt32(2), new Money(row.GetString(3), row.GetInt64(4)), row.GetInt64(5),
        row.GetString(6), row.GetInt16(7), row.GetInt64(8));
}
