namespace Mesh.Payments.Storage;

/// <summary>
/// Releases what pending transfers reserve once their time is over. Every replica does it; the first to lock the accounts does
/// it in fact. A post that comes late is refused whether or not this has happened.
/// </summary>
internal sealed partial class LedgerExpiry(
    LedgerReader reader, LedgerQueue ledger, TimeProvider time, ILogger<LedgerExpiry> log) : BackgroundService
{
    private const int BatchLimit = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Releases everything that is due.</summary>
    /// <returns>How many were found.</returns>
    public async Task<int> ReleaseAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var due = await reader.ListExpiredAsync(time.GetUtcNow(), BatchLimit, cancellationToken).ConfigureAwait(false);
            if (due.Count > 0)
                await ledger.RunAsync(new LedgerCall { Caller = "", Method = "ExpireTransfers", Expired = due }, cancellationToken).ConfigureAwait(false);
            total += due.Count;
            if (due.Count < BatchLimit) return total;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await ReleaseAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever the store does, the next round tries again; that it does not answer is shown by readiness.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "pending transfers whose time is over were not released, the next round tries again: {Reason}")]
    private partial void LogFailed(string reason);
}
