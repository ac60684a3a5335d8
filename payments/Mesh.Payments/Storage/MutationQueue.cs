using System.Threading.Channels;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>
/// Runs mutations in batches: while one batch commits, those that arrive wait and make the next. A lone mutation never waits
/// for company.
/// </summary>
internal sealed partial class MutationQueue : IAsyncDisposable
{
    /// <summary>Mutations that may wait; more are refused with <see cref="QueueFullException"/>.</summary>
    public const int WaitingLimit = 4096;

    /// <summary>Mutations in one transaction.</summary>
    public const int BatchLimit = 256;

    private const int Attempts = 12;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(2);

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(WaitingLimit) { FullMode = BoundedChannelFullMode.Wait });

    private readonly IDatabase database;
    private readonly TimeSpan keyLifetime;
    private readonly Func<Payment, byte[]> serialize;
    private readonly ChangeSignal committed;
    private readonly TimeProvider time;
    private readonly ILogger<MutationQueue> log;
    private readonly Task[] workers;

    /// <param name="serialize">Makes what watchers of payments get.</param>
    /// <param name="committed">Is told of each commit.</param>
    public MutationQueue(
        IDatabase database, TimeSpan keyLifetime, Func<Payment, byte[]> serialize, ChangeSignal committed, TimeProvider time,
        ILogger<MutationQueue> log)
    {
        this.database = database;
        this.keyLifetime = keyLifetime;
        this.serialize = serialize;
        this.committed = committed;
        this.time = time;
        this.log = log;
        workers = [.. Enumerable.Range(0, database.Writers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>When it returns, the answer and all it says is durable.</summary>
    /// <param name="cancellationToken">Ends the waiting. A mutation that has begun is finished and keeps its answer.</param>
    /// <exception cref="QueueFullException">Too many wait already.</exception>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<StoredAnswer> RunAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(mutation, cancellationToken);
        if (!queue.Writer.TryWrite(waiting)) throw new QueueFullException();
        return await waiting.Completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finishes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await Task.WhenAll(workers).ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Waiting>(BatchLimit);
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < BatchLimit && queue.Reader.TryRead(out var next))
            {
                if (!next.IsAbandoned) batch.Add(next);
            }

            if (batch.Count > 0) await RunAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(IReadOnlyList<Waiting> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunOnceAsync(batch).ConfigureAwait(false);
                return;
            }
#pragma warning disable CA1031 // Whatever fails belongs to those who wait for this batch; the worker goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                var failure = exception is MutationConflictException ? SqlFailure.Conflict : database.Classify(exception);
                if (failure != SqlFailure.Permanent && attempt < Attempts)
                {
                    LogRetry(attempt, batch.Count, exception.Message);
                    await Task.Delay(Backoff(attempt), time).ConfigureAwait(false);
                    continue;
                }

                await GiveUpAsync(batch, failure, exception).ConfigureAwait(false);
                return;
            }
        }
    }

    private async Task RunOnceAsync(IReadOnlyList<Waiting> batch)
    {
        var session = await database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var mutations = new MutationBatch(
                session, [.. batch.Select(waiting => waiting.Mutation)], time.GetUtcNow(), keyLifetime, serialize);
            var results = await mutations.RunAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (var (waiting, result) in batch.Zip(results)) waiting.Complete(result);
            committed.Pulse();
        }
    }

    private async Task GiveUpAsync(IReadOnlyList<Waiting> batch, SqlFailure failure, Exception exception)
    {
        if (failure == SqlFailure.Permanent && batch.Count > 1)
        {
            // One of them cannot be written; alone, it fails alone.
            LogSplit(batch.Count, exception.Message);
            foreach (var waiting in batch) await RunAsync([waiting]).ConfigureAwait(false);
            return;
        }

        LogFailed(batch.Count, exception);
        var shown = failure == SqlFailure.Permanent
            ? exception
            : new StoreUnavailableException($"{database.Description} did not take the write", exception);
        foreach (var waiting in batch) waiting.Completion.TrySetException(shown);
    }

    /// <summary>Doubles up to a quarter of a second, with full jitter.</summary>
    private static TimeSpan Backoff(int attempt)
    {
        var longest = FirstBackoff * Math.Pow(2, Math.Min(attempt, 7));
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return longest * Random.Shared.NextDouble();
#pragma warning restore CA5394
    }

    [LoggerMessage(30, LogLevel.Information, "attempt {Attempt} of a batch of {Count} lost against another writer: {Reason}")]
    private partial void LogRetry(int attempt, int count, string reason);

    [LoggerMessage(31, LogLevel.Warning, "a batch of {Count} cannot be written and is tried one by one: {Reason}")]
    private partial void LogSplit(int count, string reason);

    [LoggerMessage(32, LogLevel.Error, "a batch of {Count} failed")]
    private partial void LogFailed(int count, Exception exception);

    private sealed record Waiting(Mutation Mutation, CancellationToken Cancellation)
    {
        public TaskCompletionSource<StoredAnswer> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAbandoned => Cancellation.IsCancellationRequested;

        public void Complete(MutationResult result)
        {
            if (result.Defect is { } defect) Completion.TrySetException(defect);
            else Completion.TrySetResult(result.Answer!);
        }
    }
}
