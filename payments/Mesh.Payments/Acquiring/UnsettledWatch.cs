using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>Looks how much is not settled, for metrics and for the log.</summary>
internal sealed partial class UnsettledWatch(
    OperationStore store, AcquiringMetrics metrics, TimeProvider time, ILogger<UnsettledWatch> log) : BackgroundService
{
    /// <summary>Older than this, an operation is worth a word in the log.</summary>
    private static readonly TimeSpan LongUnsettled = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(5);

    private DateTimeOffset? loggedTime;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var unsettled = await store.CountUnsettledAsync(cancellationToken).ConfigureAwait(false);
        metrics.Show(unsettled);
        var now = time.GetUtcNow();
        if (unsettled.OldestTime is not { } oldest || now - oldest < LongUnsettled || now - loggedTime < LogInterval) return;
        loggedTime = now;
        LogLongUnsettled(unsettled.Pending, unsettled.Parked, now - oldest);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(false);
            try
            {
                await RunOnceAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // That the store does not answer is said by those who need it more.
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // The figures stay as they were.
            }
        }
    }

    [LoggerMessage(67, LogLevel.Warning,
        "the acquirer has not settled {Pending} operations, {Parked} are parked, the oldest is {Age} old; GET /operations on the admin listener lists them")]
    private partial void LogLongUnsettled(long pending, long parked, TimeSpan age);
}
