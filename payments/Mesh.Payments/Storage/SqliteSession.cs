using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Mesh.Payments.Storage;

/// <summary>A connection to a SQLite file with its prepared statements. SQLite works in the calling thread.</summary>
internal sealed class SqliteSession(SqliteConnection connection, Action<SqliteSession> release) : ISqlSession
{
    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private SqliteTransaction? transaction;

    /// <summary>A write transaction holds the only write lock there is.</summary>
    public string ForUpdate => "";

    public ILedgerStatements Ledger => new SqliteLedgerStatements(this);

    public Task BeginWriteAsync(CancellationToken cancellationToken)
    {
        // BEGIN IMMEDIATE takes the write lock now, so that what is read from here on is still true at the commit.
        transaction = connection.BeginTransaction(deferred: false);
        return Task.CompletedTask;
    }

    public Task CommitAsync(CancellationToken cancellationToken)
    {
        transaction!.Commit();
        transaction.Dispose();
        transaction = null;
        return Task.CompletedTask;
    }

    public Task RollbackAsync()
    {
        transaction?.Dispose();
        transaction = null;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var results = new IReadOnlyList<T>[parameters.Count];
        for (var i = 0; i < parameters.Count; i++)
        {
            using var reader = Bind(sql, parameters[i]).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(read(reader));
            results[i] = rows;
        }

        return Task.FromResult<IReadOnlyList<IReadOnlyList<T>>>(results);
    }

    public Task<IReadOnlyList<int>> ExecuteAsync(
        string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken)
    {
        var affected = new int[parameters.Count];
        for (var i = 0; i < parameters.Count; i++) affected[i] = Bind(sql, parameters[i]).ExecuteNonQuery();
        return Task.FromResult<IReadOnlyList<int>>(affected);
    }

    public Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken) => rows.Count == 0
        ? Task.CompletedTask
        // There are no round trips to save, and one prepared statement serves all.
        : ExecuteAsync($"{insert} VALUES ({string.Join(", ", rows[0].Select((_, i) => $"${i + 1}"))})", rows, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await RollbackAsync().ConfigureAwait(false);
        release(this);
    }

    public void Close()
    {
        foreach (var command in prepared.Values) command.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Bind(string sql, object?[] values)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            // The statements are constants of this assembly; values come as parameters only.
#pragma warning disable CA2100
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++) command.Parameters.AddWithValue($"${i}", DBNull.Value);
            prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.Transaction = transaction;
        return command;
    }
}
