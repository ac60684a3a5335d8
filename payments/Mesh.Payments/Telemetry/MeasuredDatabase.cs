using Mesh.Payments.Storage;

namespace Mesh.Payments.Telemetry;

/// <summary>A database that measures what its sessions wait for.</summary>
internal sealed class MeasuredDatabase(IDatabase inner, SlowStatements slow, TimeProvider time) : IDatabase
{
    public string Description => inner.Description;

    public int Writers => inner.Writers;

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var session = await inner.OpenAsync(cancellationToken).ConfigureAwait(false);
        PaymentsMetrics.PoolWait.Record(time.GetElapsedTime(start).TotalSeconds);
        return new MeasuredSession(session, slow, time);
    }

    public SqlFailure Classify(Exception exception) => inner.Classify(exception);

    public Task LockMigrationsAsync(ISqlSession session, CancellationToken cancellationToken) =>
        inner.LockMigrationsAsync(session, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
