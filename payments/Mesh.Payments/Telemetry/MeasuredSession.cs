using System.Data.Common;
using System.Diagnostics;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Telemetry;

/// <summary>A session that measures each statement, each wait for locks and each commit.</summary>
internal sealed class MeasuredSession(ISqlSession inner, SlowStatements slow, TimeProvider time) : ISqlSession
{
    private const string Begin = "BEGIN";
    private const string ForUpdateClause = " FOR UPDATE";

    public string ForUpdate => inner.ForUpdate;

    public ILedgerStatements Ledger => inner.Ledger.On(this);

    public async Task BeginWriteAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        await inner.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        Locked(Begin, time.GetElapsedTime(start));
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        using var activity = PaymentsMetrics.Activities.StartActivity("COMMIT", ActivityKind.Client);
        var start = time.GetTimestamp();
        await inner.CommitAsync(cancellationToken).ConfigureAwait(false);
        var took = time.GetElapsedTime(start);
        PaymentsMetrics.Commit.Record(took.TotalSeconds);
        slow.Commit(took);
    }

    public Task RollbackAsync() => inner.RollbackAsync();

    public async Task<IReadOnlyList<IReadOnlyList<T>>> QueryAsync<T>(
        string sql, IReadOnlyList<object?[]> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        if (parameters.Count == 0) return [];
        var name = StatementNames.Of(sql);
        using var activity = PaymentsMetrics.Activities.StartActivity(name, ActivityKind.Client);
        var start = time.GetTimestamp();
        var rows = await inner.QueryAsync(sql, parameters, read, cancellationToken).ConfigureAwait(false);
        var took = time.GetElapsedTime(start);
        if (sql.EndsWith(ForUpdateClause, StringComparison.Ordinal)) Locked(name, took);
        else Ran(name, took);
        return rows;
    }

    public async Task<IReadOnlyList<int>> ExecuteAsync(
        string sql, IReadOnlyList<object?[]> parameters, CancellationToken cancellationToken)
    {
        if (parameters.Count == 0) return [];
        var name = StatementNames.Of(sql);
        using var activity = PaymentsMetrics.Activities.StartActivity(name, ActivityKind.Client);
        var start = time.GetTimestamp();
        var affected = await inner.ExecuteAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        Ran(name, time.GetElapsedTime(start));
        return affected;
    }

    public async Task InsertAsync(string insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0) return;
        var name = StatementNames.Of(insert);
        using var activity = PaymentsMetrics.Activities.StartActivity(name, ActivityKind.Client);
        var start = time.GetTimestamp();
        await inner.InsertAsync(insert, rows, cancellationToken).ConfigureAwait(false);
        Ran(name, time.GetElapsedTime(start));
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Ran(string name, TimeSpan took)
    {
        PaymentsMetrics.Statement.Record(took.TotalSeconds, new KeyValuePair<string, object?>("statement", name));
        slow.Statement(name, took);
    }

    private void Locked(string name, TimeSpan took)
    {
        PaymentsMetrics.LockWait.Record(took.TotalSeconds, new KeyValuePair<string, object?>("statement", name));
        slow.Lock(name, took);
    }
}
