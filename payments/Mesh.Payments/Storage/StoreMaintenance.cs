using Mesh.Hosting.Health;

namespace Mesh.Payments.Storage;

/// <summary>Watches whether the store answers, which readiness shows, and removes idempotency keys whose time is over.</summary>
internal sealed partial class StoreMaintenance(
    IDatabase database, ReadinessCondition ready, TimeProvider time, ILogger<StoreMaintenance> log) : BackgroundService
{
    private const int RemoveLimit = 500;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RemoveInterval = TimeSpan.FromMinutes(10);

    private const string Remove =
        "DELETE FROM idempotency_keys WHERE (caller, idempotency_key) IN " +
        "(SELECT caller, idempotency_key FROM idempotency_keys WHERE expire_time_us <= $1 " +
        "AND pending_operation IS NULL ORDER BY expire_time_us LIMIT $2)";

    private bool failing;

    /// <summary>Removes what has expired, in transactions of a bounded size.</summary>
    /// <returns>How many keys were removed.</returns>
    public async Task<int> RemoveExpiredKeysAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        var nowUs = Times.ToMicroseconds(time.GetUtcNow());
        int removed;
        do
        {
            var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
                removed = await session.ExecuteAsync(Remove, cancellationToken, nowUs, RemoveLimit).ConfigureAwait(false);
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            total += removed;
        }
        while (removed == RemoveLimit);
        return total;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ProbeInterval, time);
        var removedAt = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await TryAsync(ProbeAsync, stoppingToken).ConfigureAwait(false);
            if (failing || time.GetElapsedTime(removedAt) < RemoveInterval) continue;
            removedAt = time.GetTimestamp();
            await TryAsync(async cancellationToken => LogRemoved(await RemoveExpiredKeysAsync(cancellationToken).ConfigureAwait(false)),
                stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ProbeTimeout);
        var session = await database.OpenAsync(deadline.Token).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            await session.QueryAsync("SELECT MAX(number) FROM schema_migrations", _ => 0, deadline.Token).ConfigureAwait(false);
        if (failing) LogAnswers(database.Description);
        failing = false;
        ready.Met();
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work(stoppingToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the store does, it is watched further.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // A busy store works; that another process writes is no failure.
            if (database.Classify(exception) == SqlFailure.Conflict) return;
            if (!failing) LogFails(database.Description, exception.Message);
            failing = true;
            ready.NotMet($"{database.Description} does not answer: {exception.Message}");
        }
    }

    [LoggerMessage(50, LogLevel.Error, "the store {Store} does not answer, so this process is not ready: {Reason}")]
    private partial void LogFails(string store, string reason);

    [LoggerMessage(51, LogLevel.Information, "the store {Store} answers again")]
    private partial void LogAnswers(string store);

    [LoggerMessage(52, LogLevel.Debug, "removed {Count} idempotency keys whose time was over")]
    private partial void LogRemoved(int count);
}
