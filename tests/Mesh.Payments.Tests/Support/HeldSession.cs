using System.Data.Common;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Tests.Support;

/// <summary>A session whose commit waits until the test lets it.</summary>
internal sealed class HeldSession(ISqlSession inner) : ISqlSession
{
    private readonly TaskCompletionSource atCommit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string ForUpdate => inner.ForUpdate;

    public ILedgerStatements Ledger => inner.Ledger;

    /// <summary>Ends when everything was written and only the commit is left.</summary>
    public Task AtCommit => atCommit.Task;

    public void Release() => released.TrySetResult();

    public Task BeginWriteAsync(CancellationToken cancellationToken) => inner.BeginWriteAsync(cancellationToken);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        atCommit.TrySetResult();
        await released.Task.WaitAsync(cancellationToken);
        await inner.CommitAsync(cancellationToken);
    }

    public Task RollbackAsync() => inner.RollbackAsync();

    public Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        inner.QueryAsync(sql, parameters, read, cancellationToken);

    public Task<IReadOnlyList<int>> ExecuteAsync(string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken) =>
        inner.ExecuteAsync(sql, parameters, cancellationToken);

    public Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken) =>
        inner.InsertAsync(insert, rows, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
