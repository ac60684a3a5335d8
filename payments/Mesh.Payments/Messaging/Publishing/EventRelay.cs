using Mesh.Hosting;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging.Publishing;

/// <summary>
/// Hands the events of payments over to a bus, those of each merchant in their order: what the bus did not take is sent again,
/// with all that follows it. The position that was reached is stored after each batch, so nothing is skipped; a process that
/// dies before that sends a batch again, with the same ids.
/// </summary>
internal sealed partial class EventRelay(
    IEventPublisher publisher, EventRelayStore store, EventReader events, ChangeSignal committed, MessagingMetrics metrics, TimeProvider time,
    ILogger<EventRelay> log)
    : BackgroundService
{
    private const int StreamLimit = 100;
    private const int Concurrency = 8;

    /// <summary>Batches of one merchant before the others have their turn.</summary>
    private const int TurnLimit = 20;

    /// <summary>Longer than a request to the bus may take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>How late events of another replica that died, or never looks, are seen.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly RetryBackoff Backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    /// <summary>Rounds in a row that met trouble and got nothing further.</summary>
    private int failures;

    private bool isTroubled;
    private long handedOver;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = committed.Next;
            var before = Volatile.Read(ref handedOver);
            var (isIdle, isWell) = await RoundAsync(stoppingToken).ConfigureAwait(false);
            if (isWell && isTroubled) LogPublishesAgain(publisher.Destination);
            if (isWell) isTroubled = false;
            failures = isWell ? 0 : Volatile.Read(ref handedOver) > before ? 1 : failures + 1;
            if (failures > 0)
                await Task.Delay(Pause(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else if (isIdle)
                await Task.WhenAny(changed, Task.Delay(PollInterval, time, stoppingToken)).ConfigureAwait(false);
        }
    }

    private async Task<(bool IsIdle, bool IsWell)> RoundAsync(CancellationToken stoppingToken)
    {
        IReadOnlyList<string> merchants = [];
        var isWell = await TryAsync(async () => merchants = await store.FindBehindAsync(StreamLimit, stoppingToken).ConfigureAwait(false), stoppingToken)
            .ConfigureAwait(false);
        // One merchant's trouble holds up no other. Nothing is thrown in here, so all are come to.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency };
        await Parallel.ForEachAsync(merchants, options, async (merchant, _) =>
        {
            if (!await TryAsync(() => RelayAsync(merchant, stoppingToken), stoppingToken).ConfigureAwait(false)) Volatile.Write(ref isWell, false);
        }).ConfigureAwait(false);
        return (merchants.Count == 0, isWell);
    }

    private async Task RelayAsync(string merchant, CancellationToken cancellationToken)
    {
        var lease = Guid.NewGuid().ToString("N");
        if (await store.ClaimAsync(merchant, lease, Lease, cancellationToken).ConfigureAwait(false) is not { } position) return;
        try
        {
            for (var turn = 0; turn < TurnLimit; turn++)
            {
                var some = await events.ReadAsync(merchant, position, publisher.BatchLimit, cancellationToken).ConfigureAwait(false);
                if (some.Count == 0) return;
                Invariant.Holds(some[0].Position == position + 1, $"event {some[0].Position} of {merchant} follows {position}");
                // To the end also when the process stops: what was taken is not to be sent again.
                var results = await publisher.PublishAsync([.. some.Select(one => PaymentEvent.Of(merchant, one))], CancellationToken.None).ConfigureAwait(false);
                var taken = results.TakeWhile(error => error is null).Count();
                if (taken > 0 && !await store.AdvanceAsync(merchant, lease, position, position + taken, Lease, CancellationToken.None).ConfigureAwait(false))
                    return;
                Interlocked.Add(ref handedOver, taken);
                metrics.Published(taken);
                position += taken;
                if (taken < some.Count)
                    throw new InvalidOperationException($"the bus did not take event {position + 1} of {merchant}: {results[taken]}");
            }
        }
        finally
        {
            await store.ReleaseAsync(merchant, lease, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <returns>Whether it came to its end.</returns>
    private async Task<bool> TryAsync(Func<Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever the bus or the database does, events wait in the database until they answer again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!Interlocked.Exchange(ref isTroubled, true)) LogCannotPublish(publisher.Destination, exception);
            return false;
        }
    }

#pragma warning disable CA5394 // Jitter needs no secrecy.
    private TimeSpan Pause() => Backoff.After(failures, Random.Shared.NextDouble());
#pragma warning restore CA5394

    [LoggerMessage(90, LogLevel.Error, "cannot hand events over to {Destination}; they wait in the database")]
    private partial void LogCannotPublish(string destination, Exception exception);

    [LoggerMessage(91, LogLevel.Information, "handing events over to {Destination} again")]
    private partial void LogPublishesAgain(string destination);
}
