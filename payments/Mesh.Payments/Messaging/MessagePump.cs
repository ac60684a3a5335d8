using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Threading.Channels;
using Mesh.Hosting.Redaction;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Messaging;

/// <summary>
/// Takes messages from a queue and has them handled, a bounded number at once. Leases are extended while the work lasts; done
/// messages are removed in batches; what fails comes back after a growing pause, and is given up after some attempts.
/// </summary>
/// <remarks>
/// 1. a free place is waited for, 2. messages are received for all free places, 3. each is handled, 4. what became of it is
/// settled with whatever else ended meanwhile, 5. its place is free.
/// </remarks>
internal sealed partial class MessagePump : BackgroundService
{
    private static readonly ActivitySource Source = new("Mesh.Payments.Messaging");
    private static readonly RetryBackoff QueueBackoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    private readonly IMessageQueue queue;
    private readonly FrozenDictionary<string, IMessageHandler> handlers;
    private readonly PumpOptions options;
    private readonly MessagingMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger<MessagePump> log;
    private readonly SemaphoreSlim places;
    private int outages;
    private readonly ConcurrentDictionary<string, Work> working = new(StringComparer.Ordinal);
    private readonly Channel<Ended> ended = Channel.CreateUnbounded<Ended>(new UnboundedChannelOptions { SingleReader = true });

    /// <param name="handlers">At most one for each type. Without any, nothing is taken from the queue.</param>
    public MessagePump(
        IMessageQueue queue, IEnumerable<IMessageHandler> handlers, PumpOptions options, MessagingMetrics metrics, TimeProvider time,
        ILogger<MessagePump> log)
    {
        this.metrics = metrics;
        metrics.ShowInWork(() => working.Count, options.Concurrency);
        this.queue = queue;
        this.handlers = handlers.ToFrozenDictionary(handler => handler.Type, StringComparer.Ordinal);
        this.options = options;
        this.time = time;
        this.log = log;
        places = new SemaphoreSlim(options.Concurrency);
    }

    public override void Dispose()
    {
        places.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (handlers.Count == 0) return;
        using var cutOff = new CancellationTokenSource();
        using var idle = new CancellationTokenSource();
        var extending = ExtendAsync(idle.Token);
        var settling = SettleAsync();
        try
        {
            await ReceiveAsync(cutOff.Token, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nothing new from here on.
        }

        await DrainAsync(cutOff).ConfigureAwait(false);
        ended.Writer.Complete();
        await settling.ConfigureAwait(false);
        await idle.CancelAsync().ConfigureAwait(false);
        await extending.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken cutOff, CancellationToken stoppingToken)
    {
        for (var failures = 0; ;)
        {
            var outage = Volatile.Read(ref outages);
            // One message at a time is enough to find out whether the outage is over.
            if (outage > 0) await Task.Delay(QueueBackoff.After(outage, NextRandom()), time, stoppingToken).ConfigureAwait(false);
            await places.WaitAsync(stoppingToken).ConfigureAwait(false);
            var taken = 1;
            while (outage == 0 && taken < queue.BatchLimit && places.Wait(0, CancellationToken.None)) taken++;
            IReadOnlyList<ReceivedMessage> received = [];
            try
            {
                received = await queue.ReceiveAsync(taken, options.Lease, options.Wait, stoppingToken).ConfigureAwait(false);
                if (failures > 0) LogReceivesAgain(queue.Description);
                failures = 0;
            }
#pragma warning disable CA1031 // Whatever the queue does, it is asked again.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (failures++ == 0) LogCannotReceive(queue.Description, exception);
                await Task.Delay(QueueBackoff.After(failures, NextRandom()), time, stoppingToken).ConfigureAwait(false);
            }
            finally
            {
                if (received.Count < taken) places.Release(taken - received.Count);
            }

            foreach (var message in received) _ = WorkAsync(message, cutOff);
        }
    }

    private async Task WorkAsync(ReceivedMessage received, CancellationToken cutOff)
    {
        using var work = new Work(received, cutOff);
        working[received.Receipt] = work;
        // Off the receiver's thread, which has others to hand out.
        await Task.Yield();
        var began = time.GetTimestamp();
        var result = await HandleAsync(received, work.Token).ConfigureAwait(false);
        working.TryRemove(received.Receipt, out _);
        if (work.IsLost) result = result with { Settlement = Settlement.Lost };
        metrics.Ended(received.Message, NameOf(result.Settlement), time.GetElapsedTime(began), time.GetUtcNow());
        ended.Writer.TryWrite(result);
    }

    private static string NameOf(Settlement settlement) => UpperSnakeCase.Of(settlement.ToString()).ToLowerInvariant();

    private async Task<Ended> HandleAsync(ReceivedMessage received, CancellationToken cancellationToken)
    {
        var message = received.Message;
        using var activity = Source.StartActivity($"process {message.Type}", ActivityKind.Consumer, message.TraceParent);
        // Its handler ended the process each time before it could say anything.
        if (received.Attempts > options.AttemptLimit && !queue.GivesUpByItself)
            return new Ended(received, Settlement.Bury, $"delivered {received.Attempts - 1} times, and no attempt came to an end");
        try
        {
            if (!handlers.TryGetValue(message.Type, out var handler))
                throw new InvalidOperationException($"this version of mesh-payments does not know messages of type '{message.Type}'");
            await handler.HandleAsync(message, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref outages, 0);
            return new Ended(received, Settlement.Complete, null);
        }
        catch (PoisonMessageException exception)
        {
            return new Ended(received, Settlement.Bury, CardNumbers.Redact(exception.Message));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Ended(received, Settlement.ReturnUncounted, "the process stops");
        }
        catch (Exception exception) when (options.IsOutage(exception))
        {
            if (Interlocked.Increment(ref outages) == 1) LogOutage(message.Type, exception);
            return new Ended(received, Settlement.ReturnUncounted, null);
        }
#pragma warning disable CA1031 // Whatever its handler throws, a message is tried again or given up.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            var reason = CardNumbers.Redact(exception.Message);
            LogFailed(message.Type, message.Id, received.Attempts, reason);
            return new Ended(received, received.Attempts < options.AttemptLimit ? Settlement.Return : Settlement.Bury, reason);
        }
    }

    private async Task SettleAsync()
    {
        var batch = new List<Ended>();
        while (await ended.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < queue.BatchLimit && ended.Reader.TryRead(out var one)) batch.Add(one);
            var done = batch.Where(one => one.Settlement == Settlement.Complete).Select(one => one.Received).ToList();
            if (done.Count > 0) await TryAsync(() => queue.CompleteAsync(done, CancellationToken.None)).ConfigureAwait(false);
            foreach (var one in batch) await TryAsync(() => SettleAsync(one)).ConfigureAwait(false);
            places.Release(batch.Count);
        }
    }

    private Task SettleAsync(Ended one)
    {
        switch (one.Settlement)
        {
            case Settlement.Return or Settlement.ReturnUncounted:
                var pause = options.Backoff.After(one.Received.Attempts, NextRandom());
                return queue.ReturnAsync(one.Received, pause, one.Settlement == Settlement.Return, CancellationToken.None);
            case Settlement.Bury:
                LogBuried(one.Received.Message.Type, one.Received.Message.Id, one.Reason);
                return queue.BuryAsync(one.Received, one.Reason ?? "", CancellationToken.None);
            default:
                return Task.CompletedTask;
        }
    }

    /// <summary>What cannot be settled is delivered again when its lease ends.</summary>
    private async Task TryAsync(Func<Task> settle)
    {
        try
        {
            await settle().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogCannotSettle(queue.Description, exception);
        }
    }

    private async Task ExtendAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var batch in working.Values.Select(work => work.Received).Chunk(queue.BatchLimit))
                    await TryAsync(() => ExtendAsync(batch)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing is in work any more.
        }
    }

    private async Task ExtendAsync(ReceivedMessage[] batch)
    {
        foreach (var lost in await queue.ExtendAsync(batch, options.Lease, CancellationToken.None).ConfigureAwait(false))
        {
            // One that has just ended is gone from the queue, not lost.
            if (!working.TryGetValue(lost.Receipt, out var work)) continue;
            LogLost(lost.Message.Type, lost.Message.Id);
            work.Lose();
        }
    }

    private async Task DrainAsync(CancellationTokenSource cutOff)
    {
        using var deadline = new CancellationTokenSource(options.DrainTimeout, time);
        var cut = deadline.Token.Register(cutOff.Cancel);
        await using (cut.ConfigureAwait(false))
        {
            // All places are free when nothing is in work and all is settled.
            for (var place = 0; place < options.Concurrency; place++) await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

#pragma warning disable CA5394 // Jitter needs no secrecy.
    private double NextRandom() => options.Random.NextDouble();
#pragma warning restore CA5394

    [LoggerMessage(70, LogLevel.Error, "cannot receive from {Queue}; trying again and again")]
    private partial void LogCannotReceive(string queue, Exception exception);

    [LoggerMessage(71, LogLevel.Information, "receiving from {Queue} again")]
    private partial void LogReceivesAgain(string queue);

    [LoggerMessage(72, LogLevel.Warning, "attempt {Attempt} at the {Type} message {Id} failed: {Reason}")]
    private partial void LogFailed(string type, string id, int attempt, string? reason);

    [LoggerMessage(73, LogLevel.Error, "the {Type} message {Id} is given up: {Reason}; put the cause right, then replay it from the dead letters")]
    private partial void LogBuried(string type, string id, string? reason);

    [LoggerMessage(74, LogLevel.Warning, "cannot settle messages of {Queue}; they will be delivered again")]
    private partial void LogCannotSettle(string queue, Exception exception);

    [LoggerMessage(75, LogLevel.Warning, "the lease of the {Type} message {Id} was lost while it was in work; this attempt is abandoned")]
    private partial void LogLost(string type, string id);

    [LoggerMessage(76, LogLevel.Error, "{Type} messages cannot be handled now; they wait until what they need answers again")]
    private partial void LogOutage(string type, Exception exception);

    private sealed record Ended(ReceivedMessage Received, Settlement Settlement, string? Reason);

    private sealed class Work(ReceivedMessage received, CancellationToken cutOff) : IDisposable
    {
        private readonly CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(cutOff);

        public ReceivedMessage Received => received;

        public CancellationToken Token => cancel.Token;

        public bool IsLost { get; private set; }

        public void Lose()
        {
            IsLost = true;
            try
            {
                cancel.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended at this moment.
            }
        }

        public void Dispose() => cancel.Dispose();
    }
}
