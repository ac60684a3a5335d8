using System.Data.Common;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>A session of a <see cref="CrashingDatabase"/>.</summary>
internal sealed class CrashingSession(ISqlSession inner, CrashingDatabase database) : ISqlSession
{
    private bool isClosed;

    public string ForUpdate => inner.ForUpdate;

    public ILedgerStatements Ledger => inner.Ledger;

    public Task BeginWriteAsync(CancellationToken cancellationToken) => RunAsync(async () =>
    {
        await inner.BeginWriteAsync(cancellationToken);
        return 0;
    });

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var point = database.NextCommit();
        if (point != CrashPoint.None) database.Die();
        if (point == CrashPoint.Before) await inner.RollbackAsync();
        else await inner.CommitAsync(cancellationToken);
        await CloseIfDeadAsync();
    }

    public Task RollbackAsync() => isClosed ? Task.CompletedTask : inner.RollbackAsync();

    public Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        RunAsync(() => inner.QueryAsync(sql, parameters, read, cancellationToken));

    public Task<IReadOnlyList<int>> ExecuteAsync(string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken) =>
        RunAsync(() => inner.ExecuteAsync(sql, parameters, cancellationToken));

    public Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        await inner.InsertAsync(insert, rows, cancellationToken);
        return 0;
    });

    public async ValueTask DisposeAsync()
    {
        if (isClosed) return;
        isClosed = true;
        await inner.DisposeAsync();
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        await CloseIfDeadAsync();
        var result = await work();
        await CloseIfDeadAsync();
        return result;
    }

    /// <summary>The server notices that the connection is gone; the process notices nothing any more.</summary>
    private async Task CloseIfDeadAsync()
    {
        if (!database.IsDead) return;
        await DisposeAsync();
        await database.HangIfDeadAsync();
    }
}
