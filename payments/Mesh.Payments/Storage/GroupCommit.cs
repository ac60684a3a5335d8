using System.Threading.Channels;
using Mesh.Payments.Telemetry;

namespace Mesh.Payments.Storage;

/// <summary>
/// Runs items in batches, a transaction each: while one batch commits, those that arrive wait and make the next. A lone item
/// never waits for company.
/// </summary>
internal sealed partial class GroupCommit<TItem, TResult> : IAsyncDisposable
{
    /// <summary>Decides and writes a batch in one transaction of the session, which it commits.</summary>
    /// <param name="attempt">1 for the first; more after the batch lost against another writer.</param>
    /// <returns>For each item, in their order, what became of it.</returns>
    public delegate Task<IReadOnlyList<CommitResult<TResult>>> Run(
        ISqlSession session, IReadOnlyList<TItem> items, int attempt, CancellationToken cancellationToken);

    private const int Attempts = 12;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(2);

    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>();
    private readonly GroupCommitOptions options;
    private readonly IDatabase database;
    private readonly Func<TItem, int> weigh;
    private readonly Run run;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Task[] workers;
    private readonly KeyValuePair<string, object?> tag;
    private int waitingWeight;

    /// <param name="weigh">What an item counts against the limits, 1 at least.</param>
    public GroupCommit(
        GroupCommitOptions options, IDatabase database, Func<TItem, int> weigh, Run run, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.database = database;
        this.weigh = weigh;
        this.run = run;
        this.time = time;
        this.log = log;
        tag = new KeyValuePair<string, object?>("queue", options.Name);
        PaymentsMetrics.Watch(this, options.Name, options.WaitingLimit, () => WaitingWeight);
        workers = [.. Enumerable.Range(0, database.Writers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>What waits now, by weight.</summary>
    public int WaitingWeight => Volatile.Read(ref waitingWeight);

    /// <summary>When it returns, the result and all it says is durable.</summary>
    /// <param name="cancellationToken">Ends the waiting. An item that has begun is finished.</param>
    /// <exception cref="QueueFullException">Too much waits already.</exception>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<TResult> RunAsync(TItem item, CancellationToken cancellationToken) =>
        RunToEndAsync(item, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>As the other, but when the item has begun, its result is waited for whatever happens to the token.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    /// <exception cref="QueueFullException">Too much waits already.</exception>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<TResult> RunToEndAsync(TItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item, weigh(item), time.GetTimestamp(), cancellationToken);
        // An empty queue takes an item of any weight, so that none is refused for ever.
        if (Interlocked.Add(ref waitingWeight, waiting.Weight) is var total && total > options.WaitingLimit && total != waiting.Weight)
        {
            Interlocked.Add(ref waitingWeight, -waiting.Weight);
            PaymentsMetrics.QueueRefused.Add(1, tag);
            throw new QueueFullException();
        }

        if (!queue.Writer.TryWrite(waiting)) throw new StoreUnavailableException("this process is shutting down", null);
        return waiting.Completion.Task;
    }

    /// <summary>Finishes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await Task.WhenAll(workers).ConfigureAwait(false);
        PaymentsMetrics.Forget(this);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Waiting>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            Fill(batch);
            if (batch.Count > 0) await RunAsync(batch).ConfigureAwait(false);
        }
    }

    private void Fill(List<Waiting> batch)
    {
        batch.Clear();
        var weight = 0;
        while (weight < options.BatchLimit && queue.Reader.TryRead(out var next))
        {
            Interlocked.Add(ref waitingWeight, -next.Weight);
            if (next.Abandon()) continue;
            PaymentsMetrics.QueueWait.Record(time.GetElapsedTime(next.Since).TotalSeconds, tag);
            weight += next.Weight;
            batch.Add(next);
        }

        if (batch.Count > 0) PaymentsMetrics.BatchSize.Record(weight, tag);
    }

    private async Task RunAsync(IReadOnlyList<Waiting> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunOnceAsync(batch, attempt).ConfigureAwait(false);
                return;
            }
#pragma warning disable CA1031 // Whatever fails belongs to those who wait for this batch; the worker goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                var failure = exception is MutationConflictException ? SqlFailure.Conflict : database.Classify(exception);
                if (failure != SqlFailure.Permanent && attempt < Attempts && batch.Any(waiting => !waiting.IsAbandoned))
                {
                    PaymentsMetrics.BatchRetries.Add(1, tag, new KeyValuePair<string, object?>("reason", failure.ToString()));
                    LogRetry(log, options.Name, attempt, batch.Count, exception.Message);
                    await Task.Delay(Backoff(attempt), time).ConfigureAwait(false);
                    continue;
                }

                await GiveUpAsync(batch, failure, exception).ConfigureAwait(false);
                return;
            }
        }
    }

    private async Task RunOnceAsync(IReadOnlyList<Waiting> batch, int attempt)
    {
        using var activity = PaymentsMetrics.Activities.StartActivity($"batch {options.Name}");
        activity?.SetTag("items", batch.Count).SetTag("attempt", attempt);
        var session = await database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var results = await run(session, [.. batch.Select(waiting => waiting.Item)], attempt, CancellationToken.None).ConfigureAwait(false);
            foreach (var (waiting, result) in batch.Zip(results)) waiting.Complete(result);
        }
    }

    private async Task GiveUpAsync(IReadOnlyList<Waiting> batch, SqlFailure failure, Exception exception)
    {
        if (failure == SqlFailure.Permanent && batch.Count > 1)
        {
            // One of them cannot be written; alone, it fails alone.
            LogSplit(log, options.Name, batch.Count, exception.Message);
            foreach (var waiting in batch) await RunAsync([waiting]).ConfigureAwait(false);
            return;
        }

        LogFailed(log, options.Name, batch.Count, exception);
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

    [LoggerMessage(30, LogLevel.Information, "attempt {Attempt} of a batch of {Count} {Queue} lost against another writer: {Reason}")]
    private static partial void LogRetry(ILogger log, string queue, int attempt, int count, string reason);

    [LoggerMessage(31, LogLevel.Warning, "a batch of {Count} {Queue} cannot be written and is tried one by one: {Reason}")]
    private static partial void LogSplit(ILogger log, string queue, int count, string reason);

    [LoggerMessage(32, LogLevel.Error, "a batch of {Count} {Queue} failed")]
    private static partial void LogFailed(ILogger log, string queue, int count, Exception exception);

    private sealed record Waiting(TItem Item, int Weight, long Since, CancellationToken Cancellation)
    {
        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAbandoned => Cancellation.IsCancellationRequested;

        /// <summary>Whether nobody wants it any more; then it is over.</summary>
        public bool Abandon() => IsAbandoned && Completion.TrySetCanceled(Cancellation);

        public void Complete(CommitResult<TResult> result)
        {
            if (result.Defect is { } defect) Completion.TrySetException(defect);
            else Completion.TrySetResult(result.Value!);
        }
    }
}
