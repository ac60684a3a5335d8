using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>
/// Finishes operations that nobody holds any more: their process died, or the acquirer did not tell the outcome. Every
/// replica runs one; leases keep them apart.
/// </summary>
internal sealed partial class Reconciler(
    OperationStore store, OperationRunner runner, AcquiringSettings settings, TimeProvider time, ILogger<Reconciler> log) : BackgroundService
{
    /// <summary>Attempts at a time.</summary>
    private const int Limit = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<Task> attempts = [];
    private bool failing;

    /// <summary>Takes what is due, as much as there is room for, and begins to work on it.</summary>
    /// <returns>The attempts that were begun.</returns>
    public async Task<IReadOnlyList<Task>> RunOnceAsync(CancellationToken cancellationToken)
    {
        attempts.RemoveWhere(attempt => attempt.IsCompleted);
        if (attempts.Count >= Limit) return [];
        var due = await store.ClaimDueAsync(
            settings.Owner, settings.Lease, Limit - attempts.Count, cancellationToken, id => runner.Running(id) is not null).ConfigureAwait(false);
        var begun = due.Select(Task (operation) => runner.RunAsync(operation)).ToList();
        attempts.UnionWith(begun);
        if (begun.Count > 0) LogTaken(begun.Count);
        return begun;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(false);
            try
            {
                await RunOnceAsync(stoppingToken).ConfigureAwait(false);
                failing = false;
            }
#pragma warning disable CA1031 // Whatever the store does, it is tried again.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!failing) LogFails(exception.Message);
                failing = true;
            }
        }
    }

    [LoggerMessage(65, LogLevel.Information, "took {Count} operations whose outcome is not known")]
    private partial void LogTaken(int count);

    [LoggerMessage(66, LogLevel.Warning, "operations whose outcome is not known cannot be taken now, it is tried again: {Reason}")]
    private partial void LogFails(string reason);
}
