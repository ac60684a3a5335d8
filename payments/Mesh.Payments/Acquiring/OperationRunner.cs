using System.Collections.Concurrent;
using Mesh.Hosting;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>
/// Carries operations out: has the acquirer do what was stored before, and settles what it answers. When the outcome stays
/// unknown the operation goes back to the store for a later attempt, and every later attempt asks the acquirer before it
/// sends.
/// </summary>
internal sealed partial class OperationRunner(
    IAcquirer acquirer, MutationQueue mutations, OperationStore store, AcquiringSettings settings, AcquiringMetrics metrics, TimeProvider time,
    Random random, ILogger<OperationRunner> log) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan QueuePause = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<string, Task<StoredAnswer?>> running = [];
    private readonly CancellationTokenSource stopping = new();
    private int disposed;

    /// <summary>The attempt at an operation that is under way in this process; null when there is none.</summary>
    public Task<StoredAnswer?>? Running(string operationId) => running.GetValueOrDefault(operationId);

    /// <summary>One attempt at an operation whose lease this process holds.</summary>
    /// <returns>The answer for the request's key; null when the operation is not settled, or was settled by another.</returns>
    /// <exception cref="StoreUnavailableException">The acquirer answered, but the store did not take it.</exception>
    public async Task<StoredAnswer?> RunAsync(OperationInHand operation)
    {
        var completion = new TaskCompletionSource<StoredAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        // It may be this process's own, whose lease ran out while it was at it.
        if (!running.TryAdd(operation.Id, completion.Task)) return null;
        try
        {
            var answer = await AttemptAsync(operation).ConfigureAwait(false);
            completion.SetResult(answer);
            return answer;
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
            // Seen here, whether or not somebody waits for it.
            _ = completion.Task.Exception;
            throw;
        }
        finally
        {
            running.TryRemove(operation.Id, out _);
        }
    }

    /// <summary>Breaks off what is under way, so that other replicas go on with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (var attempt in running.Values) await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task<StoredAnswer?> AttemptAsync(OperationInHand operation)
    {
        AcquirerOutcome outcome;
        var began = time.GetTimestamp();
        try
        {
            outcome = await KeepWhileAsync(operation, AskAsync(operation)).ConfigureAwait(false);
            metrics.Attempted(operation.Stored.Operation.Kind, outcome.GetType().Name.ToLowerInvariant(), time.GetElapsedTime(began));
        }
        catch (Exception exception) when (exception is AcquirerUnavailableException or AcquirerUnknownException or OperationCanceledException)
        {
            metrics.Attempted(operation.Stored.Operation.Kind, exception is AcquirerUnavailableException ? "unavailable" : "unknown", time.GetElapsedTime(began));
            await PostponeAsync(operation, exception.Message).ConfigureAwait(false);
            return null;
        }
        catch (InvariantException exception)
        {
            // It would be so again: people must look at it.
            await ParkAsync(operation.Id, exception.Message).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whatever a client of the acquirer throws, the outcome is not known.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDefect(operation.Id, exception);
            await PostponeAsync(operation, exception.Message).ConfigureAwait(false);
            return null;
        }

        if (outcome is AcquirerOutcome.Pending)
        {
            await PostponeAsync(operation, "the acquirer has not decided").ConfigureAwait(false);
            return null;
        }

        try
        {
            return await SettleAsync(operation.Stored.Operation, outcome).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not StoreUnavailableException)
        {
            LogDefect(operation.Id, exception);
            await PostponeAsync(operation, exception.Message).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<AcquirerOutcome> AskAsync(OperationInHand operation)
    {
        if (operation.MayHaveBeenSent && await acquirer.FindAsync(operation.Id, stopping.Token).ConfigureAwait(false) is { } known) return known;
        return await acquirer.SendAsync(Message(operation), stopping.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Extends the lease until the acquirer has answered, but no longer than callers wait: a replica whose requests to the acquirer vanish must
    /// not keep others, which may reach it, from going on. Of an asynchronous operation no caller waits.
    /// </summary>
    private async Task<AcquirerOutcome> KeepWhileAsync(OperationInHand operation, Task<AcquirerOutcome> asking)
    {
        var began = time.GetTimestamp();
        while (!asking.IsCompleted)
        {
            using var answered = new CancellationTokenSource();
            await Task.WhenAny(asking, Task.Delay(settings.Lease / 3, time, answered.Token)).ConfigureAwait(false);
            if (asking.IsCompleted)
            {
                await answered.CancelAsync().ConfigureAwait(false);
                break;
            }

            // Should the lease be lost, another asks the acquirer too, which decides each id once.
            var left = operation.Rest is null ? settings.Wait - time.GetElapsedTime(began) : settings.Lease;
            if (left <= TimeSpan.Zero) break;
            var lease = left < settings.Lease ? left : settings.Lease;
            await TryAsync(operation.Id, () => store.ExtendAsync(operation.Id, settings.Owner, lease, CancellationToken.None)).ConfigureAwait(false);
        }

        return await asking.ConfigureAwait(false);
    }

    private static AcquirerOperation Message(OperationInHand operation)
    {
        var (what, payment) = (operation.Stored.Operation, operation.Payment);
        var begins = what.Kind is AcquirerOperationKind.Authorize or AcquirerOperationKind.Charge;
        return new AcquirerOperation
        {
            Id = what.Id,
            Kind = what.Kind,
            PaymentId = payment.Id,
            Merchant = payment.Merchant,
            Amount = what.Amount,
            PaymentMethod = begins ? payment.PaymentMethod : null,
            OriginalId = begins ? null : PaymentOperation.OriginalOf(payment.Id),
        };
    }

    private async Task<StoredAnswer?> SettleAsync(PaymentOperation operation, AcquirerOutcome outcome)
    {
        var settlement = new Settlement
        {
            PaymentId = operation.PaymentId,
            OperationId = operation.Id,
            Reference = (outcome as AcquirerOutcome.Approved)?.Reference,
            DeclineCode = (outcome as AcquirerOutcome.Declined)?.Code,
            Decide = (payment, pending, now) => PaymentMachine.Settle(payment, pending, outcome, settings.Fees, now),
            Encode = settings.Encode,
        };
        while (true)
        {
            try
            {
                var result = await mutations.RunAsync(settlement, CancellationToken.None).ConfigureAwait(false);
                return result.Answer;
            }
            catch (QueueFullException)
            {
                // New requests are turned away; what the acquirer has done is not.
                await Task.Delay(QueuePause, time).ConfigureAwait(false);
            }
        }
    }

    private async Task PostponeAsync(OperationInHand operation, string reason)
    {
        if (time.GetUtcNow() - operation.Stored.CreateTime >= settings.GiveUpAfter)
        {
            await ParkAsync(operation.Id, reason).ConfigureAwait(false);
            return;
        }

        var pause = operation.Rest ?? (stopping.IsCancellationRequested ? TimeSpan.Zero : Pause(operation.Stored.Attempts));
        LogPostponed(operation.Id, operation.Stored.Attempts, pause, reason);
        await TryAsync(operation.Id, () => store.PostponeAsync(operation.Id, settings.Owner, pause, reason, CancellationToken.None)).ConfigureAwait(false);
    }

    private Task ParkAsync(string id, string reason)
    {
        LogParked(id, reason);
        return TryAsync(id, () => store.ParkAsync(id, settings.Owner, reason, CancellationToken.None));
    }

    /// <summary>What the store does not take now is brought about by the end of the lease.</summary>
    private async Task TryAsync(string id, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotWritten(id, exception.Message);
        }
    }

    /// <summary>Doubles, between a half and the whole of it by chance, so that many operations do not come back at once.</summary>
    private TimeSpan Pause(long attempts)
    {
        var longest = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 20));
        if (longest > LongestPause) longest = LongestPause;
        lock (random) return longest * (0.5 + (random.NextDouble() / 2));
    }

    [LoggerMessage(60, LogLevel.Information, "attempt {Attempt} at operation {Operation} did not settle it, the next in {Pause}: {Reason}")]
    private partial void LogPostponed(string operation, long attempt, TimeSpan pause, string reason);

    [LoggerMessage(62, LogLevel.Error, "the attempt at operation {Operation} failed by a defect")]
    private partial void LogDefect(string operation, Exception exception);

    [LoggerMessage(63, LogLevel.Warning, "what became of the lease of operation {Operation} cannot be written now: {Reason}")]
    private partial void LogNotWritten(string operation, string reason);

    [LoggerMessage(61, LogLevel.Error,
        "operation {Operation} is parked and needs attention: find it at the acquirer, then let it be tried again. Last: {Reason}")]
    private partial void LogParked(string operation, string reason);
}
