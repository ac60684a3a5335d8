using Mesh.Payments.Messaging;

namespace Mesh.Payments.Storage;

/// <summary>Runs mutations and settlements of payments, many in one transaction.</summary>
internal sealed class MutationQueue : IAsyncDisposable
{
    private const int BatchLimit = 256;

    private readonly GroupCommit<PaymentWork, MutationResult> queue;

    /// <param name="committed">Is told of each commit.</param>
    /// <param name="messages">Is told of commits with messages.</param>
    public MutationQueue(
        IDatabase database, MutationSettings settings, ChangeSignal committed, MessageSignal messages, TimeProvider time,
        ILogger<MutationQueue> log)
    {
        queue = new GroupCommit<PaymentWork, MutationResult>(
            new GroupCommitOptions("payments", settings.WaitingLimit, BatchLimit), database, _ => 1, RunBatchAsync, time, log);

        async Task<IReadOnlyList<CommitResult<MutationResult>>> RunBatchAsync(
            ISqlSession session, IReadOnlyList<PaymentWork> work, int attempt, CancellationToken cancellationToken)
        {
            var batch = new MutationBatch(session, work, time.GetUtcNow(), settings);
            var results = await batch.RunAsync(cancellationToken).ConfigureAwait(false);
            committed.Pulse();
            if (batch.HasMessages) messages.Committed.Pulse();
            return results;
        }
    }

    /// <inheritdoc cref="GroupCommit{TItem, TResult}.RunAsync(TItem, CancellationToken)"/>
    public Task<MutationResult> RunAsync(PaymentWork work, CancellationToken cancellationToken) => queue.RunAsync(work, cancellationToken);

    /// <inheritdoc cref="GroupCommit{TItem, TResult}.RunToEndAsync(TItem, CancellationToken)"/>
    public Task<MutationResult> RunToEndAsync(PaymentWork work, CancellationToken cancellationToken) =>
        queue.RunToEndAsync(work, cancellationToken);

    /// <summary>Finishes what waits.</summary>
    public ValueTask DisposeAsync() => queue.DisposeAsync();
}
