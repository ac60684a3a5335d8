using Mesh.Payments.Storage;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>A replica's way to the store. When the replica has died, nothing gets through and nothing comes back.</summary>
/// <param name="inner">Outlives the replica.</param>
/// <param name="diesAtCommit">Whether the replica dies at this commit: before it, after it, or not.</param>
internal sealed class CrashingDatabase(IDatabase inner, Func<CrashPoint> diesAtCommit) : IDatabase
{
    private volatile bool isDead;

    public bool IsDead => isDead;

    public string Description => inner.Description;

    public int Writers => inner.Writers;

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken)
    {
        await HangIfDeadAsync();
        return new CrashingSession(await inner.OpenAsync(cancellationToken), this);
    }

    public SqlFailure Classify(Exception exception) => inner.Classify(exception);

    public Task LockMigrationsAsync(ISqlSession session, CancellationToken cancellationToken) => inner.LockMigrationsAsync(session, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Die() => isDead = true;

    public CrashPoint NextCommit() => isDead ? CrashPoint.Before : diesAtCommit();

    /// <summary>As a process that was killed: what it was at never goes on.</summary>
    public Task HangIfDeadAsync() => isDead ? new TaskCompletionSource().Task : Task.CompletedTask;
}
