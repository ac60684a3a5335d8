using Mesh.Hosting;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>
/// Takes a request from its intent to its answer.
/// <code>
///   request ── transaction 1: key, payment, operation ──> acquirer ── transaction 2: outcome, ledger, event, answer ──> caller
/// </code>
/// The caller may go, the process may die, the acquirer may not answer: what the first transaction wrote is enough for
/// any replica to finish it.
/// </summary>
internal sealed class PaymentProcessor
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    private readonly MutationQueue mutations;
    private readonly OperationRunner runner;
    private readonly OperationStore store;
    private readonly PaymentReader payments;
    private readonly AcquiringSettings settings;
    private readonly TimeProvider time;
    private int inFlight;

    public PaymentProcessor(
        MutationQueue mutations, OperationRunner runner, OperationStore store, PaymentReader payments, AcquiringSettings settings,
        AcquiringMetrics metrics, TimeProvider time)
    {
        (this.mutations, this.runner, this.store, this.payments, this.settings, this.time) = (mutations, runner, store, payments, settings, time);
        metrics.ShowInFlight(() => InFlight, settings.Limit);
    }

    /// <summary>Requests that wait for a store or the acquirer now.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <returns>The decided answer, or one that says that it is not decided yet and is not kept.</returns>
    /// <exception cref="AcquirerBusyException">Too many operations are in flight.</exception>
    /// <exception cref="QueueFullException">Too many mutations wait for the store.</exception>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<StoredAnswer> RunAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        var result = await BeginAsync(mutation, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.PendingOperation is not { } operation) return result.Answer!;

        using var patience = new CancellationTokenSource(settings.Wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var answer = await WaitAsync(operation, mutation, either.Token).ConfigureAwait(false);
            return result.Begun is null ? answer with { IsReplay = true } : answer;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return await UndecidedAsync(mutation, result.Answer!, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on by itself when the caller has gone: what was begun is carried out.</summary>
    private async Task<MutationResult> BeginAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inFlight) > settings.Limit)
        {
            Interlocked.Decrement(ref inFlight);
            throw new AcquirerBusyException();
        }

        var begun = false;
        try
        {
            var result = await mutations.RunToEndAsync(mutation, cancellationToken).ConfigureAwait(false);
            if (result.Begun is { } operation)
            {
                begun = true;
                _ = CarryOutAsync(operation);
            }

            return result;
        }
        finally
        {
            if (!begun) Interlocked.Decrement(ref inFlight);
        }
    }

    private async Task CarryOutAsync(OperationInHand operation)
    {
        try
        {
            await ((Task)runner.RunAsync(operation)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            var left = Interlocked.Decrement(ref inFlight);
            Invariant.Holds(left >= 0, $"{left} operations in flight");
        }
    }

    /// <summary>Waits for whoever carries the operation out: this process, or another.</summary>
    private async Task<StoredAnswer> WaitAsync(string operation, Mutation mutation, CancellationToken cancellationToken)
    {
        var pause = FirstPoll;
        while (true)
        {
            if (runner.Running(operation) is { } attempt
                && await attempt.WaitAsync(cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
            if (await store.FindAnswerAsync(mutation.Caller, mutation.IdempotencyKey, cancellationToken).ConfigureAwait(false) is { } stored)
                return stored;
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 > LongestPoll ? LongestPoll : pause * 2;
        }
    }

    /// <summary>A new payment is shown as it is, PROCESSING; for anything else the caller is told to come again.</summary>
    private async Task<StoredAnswer> UndecidedAsync(Mutation mutation, StoredAnswer provisional, CancellationToken cancellationToken)
    {
        if (mutation.PaymentId is not null) return provisional;
        var payment = await payments.GetAsync(provisional.PaymentId!, cancellationToken).ConfigureAwait(false);
        Invariant.Holds(payment is not null, $"payment {provisional.PaymentId} was begun and is not stored");
        if (payment!.State == PaymentState.Processing) return settings.Encode(new PaymentDecision { Next = payment });
        // Settled in this moment; a key that is decided stays decided.
        return await store.FindAnswerAsync(mutation.Caller, mutation.IdempotencyKey, cancellationToken).ConfigureAwait(false) ?? provisional;
    }
}
