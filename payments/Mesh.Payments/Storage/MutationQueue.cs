using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Runs mutations of payments, many in one transaction.</summary>
internal sealed class MutationQueue : IAsyncDisposable
{
    private static readonly GroupCommitOptions Limits = new("payments", WaitingLimit: 4096, BatchLimit: 256);

    private readonly GroupCommit<Mutation, StoredAnswer> queue;

    /// <param name="serialize">Makes what watchers of payments get.</param>
    /// <param name="committed">Is told of each commit.</param>
    public MutationQueue(
        IDatabase database, TimeSpan keyLifetime, Func<Payment, byte[]> serialize, ChangeSignal committed, TimeProvider time,
        ILogger<MutationQueue> log)
    {
        queue = new GroupCommit<Mutation, StoredAnswer>(Limits, database, _ => 1, RunBatchAsync, time, log);

        async Task<IReadOnlyList<CommitResult<StoredAnswer>>> RunBatchAsync(
            ISqlSession session, IReadOnlyList<Mutation> mutations, int attempt, CancellationToken cancellationToken)
        {
            var batch = new MutationBatch(session, mutations, time.GetUtcNow(), keyLifetime, serialize);
            var results = await batch.RunAsync(cancellationToken).ConfigureAwait(false);
            committed.Pulse();
            return results;
        }
    }

    /// <inheritdoc cref="GroupCommit{TItem, TResult}.RunAsync(TItem, CancellationToken)"/>
    public Task<StoredAnswer> RunAsync(Mutation mutation, CancellationToken cancellationToken) => queue.RunAsync(mutation, cancellationToken);

    /// <summary>Finishes what waits.</summary>
    public ValueTask DisposeAsync() => queue.DisposeAsync();
}
