namespace Mesh.Payments.Storage;

/// <summary>Runs calls to the ledger, many in one transaction.</summary>
internal sealed class LedgerQueue : IAsyncDisposable
{
    private readonly GroupCommit<LedgerCall, LedgerAnswer> queue;

    /// <param name="limits">In transfers.</param>
    public LedgerQueue(IDatabase database, GroupCommitOptions limits, TimeProvider time, ILogger<LedgerQueue> log) =>
        queue = new GroupCommit<LedgerCall, LedgerAnswer>(limits, database, call => call.Weight,
            (session, calls, attempt, cancellationToken) =>
                new LedgerBatch(session, calls, time.GetUtcNow(), lookUp: attempt > 1).RunAsync(cancellationToken),
            time, log);

    /// <inheritdoc cref="GroupCommit{TItem, TResult}.RunAsync(TItem, CancellationToken)"/>
    public Task<LedgerAnswer> RunAsync(LedgerCall call, CancellationToken cancellationToken) => queue.RunAsync(call, cancellationToken);

    /// <summary>Finishes what waits.</summary>
    public ValueTask DisposeAsync() => queue.DisposeAsync();
}
