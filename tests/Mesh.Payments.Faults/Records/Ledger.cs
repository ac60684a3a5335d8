using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mesh.Payments.Faults.Records;

/// <summary>What the database says at the end; read with SQL of its own, not with the code that wrote it.</summary>
public sealed record Ledger(
    IReadOnlyList<LedgerPayment> Payments, IReadOnlyList<LedgerTransfer> Transfers, IReadOnlyList<LedgerAccount> Accounts)
{
    private const string SqlitePrefix = "sqlite:";

    /// <summary>Payments that wait for the acquirer.</summary>
    public int Undecided => Payments.Count(payment => payment.State == V1.PaymentState.Processing || payment.PendingOperation is not null);

    /// <param name="store">As the setting <c>store</c> of mesh-payments.</param>
    public static async Task<Ledger> ReadAsync(string store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using DbConnection connection = store.StartsWith(SqlitePrefix, StringComparison.Ordinal)
            ? new SqliteConnection($"Data Source={store[SqlitePrefix.Length..]};Pooling=False")
            : new NpgsqlConnection(store[(store.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        await connection.OpenAsync(cancellationToken);
        return new Ledger(
            await QueryAsync(connection,
                "SELECT id, merchant, currency, amount, captured, refunded, description, state, pending_operation FROM payments",
                row => new LedgerPayment(
                    row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
                    row.GetString(6), (V1.PaymentState)row.GetInt16(7), row.IsDBNull(8) ? null : row.GetString(8)),
                cancellationToken),
            await QueryAsync(connection,
                // What has entries: a transfer that is only pending moved nothing.
                "SELECT id, debit_account, credit_account, currency, amount, code, payment_id FROM transfers WHERE debit_entry IS NOT NULL",
                row => new LedgerTransfer(
                    row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt16(5),
                    row.IsDBNull(6) ? null : row.GetString(6)),
                cancellationToken),
            await QueryAsync(connection,
                "SELECT id, currency, debits, credits FROM accounts",
                row => new LedgerAccount(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)),
                cancellationToken));
    }

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var result = new List<T>();
        while (await rows.ReadAsync(cancellationToken)) result.Add(read(rows));
        return result;
    }
}
