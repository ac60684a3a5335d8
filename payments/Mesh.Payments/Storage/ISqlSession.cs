using System.Data.Common;

namespace Mesh.Payments.Storage;

/// <summary>
/// One connection of a database. Statements number their parameters <c>$1</c>, <c>$2</c> …, which SQLite and PostgreSQL both
/// understand, and run once for each row of parameters, in as few round trips as the database allows.
/// </summary>
internal interface ISqlSession : IAsyncDisposable
{
    /// <summary>What a SELECT appends to lock its rows until the end of the transaction; empty where that is implied.</summary>
    string ForUpdate { get; }

    /// <summary>The statements of the ledger, for this kind of database.</summary>
    ILedgerStatements Ledger { get; }

    /// <summary>Begins a transaction that will write; may wait for other writers.</summary>
    Task BeginWriteAsync(CancellationToken cancellationToken);

    /// <summary>When it returns, what was written is durable.</summary>
    Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>Does nothing when no transaction is open.</summary>
    Task RollbackAsync();

    /// <returns>For each row of parameters, in their order, the rows found.</returns>
    Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken);

    /// <summary>Inserts all rows or, by an exception, none: for inserts that meet no conflict in order.</summary>
    /// <param name="insert">Up to the list of columns, e.g. <c>INSERT INTO audit (id, time_us)</c>.</param>
    Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken);

    /// <returns>For each row of parameters, in their order, the number of rows affected.</returns>
    Task<IReadOnlyList<int>> ExecuteAsync(
        string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken);
}
