using System.Data.Common;
using Npgsql;

namespace Mesh.Payments.Storage;

/// <summary>A connection to PostgreSQL; all rows of parameters of a statement go in one round trip.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection) : ISqlSession
{
    /// <summary>Rows in one statement, which may have 65,535 parameters.</summary>
    private const int LargestInsert = 1000;

    private NpgsqlTransaction? transaction;

    public string ForUpdate => " FOR UPDATE";

    public ILedgerStatements Ledger => new PostgresLedgerStatements(this);

    public async Task BeginWriteAsync(CancellationToken cancellationToken) =>
        // READ COMMITTED with row locks: each statement sees what was committed before it, and what is decided on is locked.
        transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await transaction!.CommitAsync(cancellationToken).ConfigureAwait(false);
        await transaction.DisposeAsync().ConfigureAwait(false);
        transaction = null;
    }

    public async Task RollbackAsync()
    {
        if (transaction is null) return;
        await transaction.DisposeAsync().ConfigureAwait(false);
        transaction = null;
    }

    public async Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        if (parameters.Count == 0) return [];
        var batch = Batch(sql, parameters);
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var results = new IReadOnlyList<T>[parameters.Count];
                for (var i = 0; i < results.Length; i++)
                {
                    var rows = new List<T>();
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
                    results[i] = rows;
                    await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                }

                return results;
            }
        }
    }

    public async Task<IReadOnlyList<int>> ExecuteAsync(
        string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken)
    {
        if (parameters.Count == 0) return [];
        var batch = Batch(sql, parameters);
        await using (batch.ConfigureAwait(false))
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return [.. ((IEnumerable<NpgsqlBatchCommand>)batch.BatchCommands).Select(command => command.RecordsAffected)];
        }
    }

    public async Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        // One statement is planned once, however many rows it has.
        foreach (var chunk in rows.Chunk(LargestInsert))
        {
            var command = new NpgsqlCommand { Connection = connection, Transaction = transaction };
            await using (command.ConfigureAwait(false))
            {
                var number = 0;
                var tuples = chunk.Select(row => $"({string.Join(", ", row.Select(_ => $"${++number}"))})");
                // The statements are constants of this assembly; values come as parameters only.
#pragma warning disable CA2100
                command.CommandText = $"{insert} VALUES {string.Join(", ", tuples)}";
#pragma warning restore CA2100
                foreach (var value in chunk.SelectMany(row => row)) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RollbackAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private NpgsqlBatch Batch(string sql, IReadOnlyList<object?[]> parameters)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        foreach (var values in parameters)
        {
            // The statements are constants of this assembly; values come as parameters only.
#pragma warning disable CA2100
            var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            batch.BatchCommands.Add(command);
        }

        return batch;
    }
}
