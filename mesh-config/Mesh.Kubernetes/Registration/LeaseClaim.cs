using Mesh.Config.Registration;
using Mesh.Hosting;
using Mesh.Kubernetes.Leases;

namespace Mesh.Kubernetes.Registration;

/// <summary>
/// A claim that is a Lease: renewed for as long as the claim is held, and removed with it, unless the entry is still there: then it runs
/// out, and a gateway removes both, or the next process of the same machine goes on with it.
/// </summary>
internal sealed class LeaseClaim : IRegistrationClaim
{
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    private readonly ILeaseStore store;
    private readonly Func<CancellationToken, Task<bool>> hasEntry;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Task renewing;
    private readonly string holder;
    private readonly TimeSpan duration;
    private LeaseRecord record;
    private volatile bool isLost;
    private volatile string? problem;

    /// <param name="record">As it was written just now.</param>
    /// <param name="hasEntry">Whether the entry of that name is still the holder's.</param>
    public LeaseClaim(ILeaseStore store, LeaseRecord record, Func<CancellationToken, Task<bool>> hasEntry, TimeProvider time)
    {
        (this.store, this.record, this.hasEntry, this.time) = (store, record, hasEntry, time);
        (holder, duration) = (record.Holder, record.Duration);
        Invariant.Holds(duration > TimeSpan.Zero && holder.Length > 0, $"a claim by '{holder}' for {duration} has a holder and a duration");
        renewing = RenewAsync();
    }

    /// <summary>From one renewal to the next.</summary>
    internal static TimeSpan PeriodOf(TimeSpan duration) => duration / 4;

    /// <summary>From a renewal that failed to the next attempt.</summary>
    internal static TimeSpan RetryOf(TimeSpan duration) => duration / 20;

    public bool IsHeld => !isLost;

    public string? Problem => problem;

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested) return;
        await stop.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(FarewellLimit, time);
        try
        {
            // Only the Lease as this process wrote it last: another process of the machine may have renewed it since.
            if (!isLost && !await hasEntry(limit.Token).ConfigureAwait(false)) await store.DeleteAsync(record, limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It runs out by itself, and a gateway removes it.
        catch (Exception error) when (error is not InvariantException)
#pragma warning restore CA1031
        {
            // Leaving goes on.
        }

        stop.Dispose();
    }

    private async Task RenewAsync()
    {
        var wait = PeriodOf(duration);
        while (!isLost)
        {
            await Task.Delay(wait, time, stop.Token).ConfigureAwait(false);
            try
            {
                await StepAsync(stop.Token).ConfigureAwait(false);
                wait = PeriodOf(duration);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was: a machine that stops renewing is taken for dead, so it is told and tried again.
            catch (Exception error)
#pragma warning restore CA1031
            {
                (problem, wait) = (error.Message, RetryOf(duration));
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (await store.WriteAsync(record with { RenewedAt = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false) is { } written)
        {
            (record, problem) = (written, null);
            return;
        }

        // Changed, or gone: that of another process of this machine is taken over, a missing one made again, anybody else's left alone.
        var there = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (there is not null && there.Holder != holder)
        {
            problem = $"the Lease is held by '{there.Holder}'";
            isLost = true;
            return;
        }

        var next = (there ?? new LeaseRecord(holder, duration, time.GetUtcNow(), null, 0, "")) with { RenewedAt = time.GetUtcNow() };
        record = await store.WriteAsync(next, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException("the Lease was changed by somebody else at the same time");
        problem = null;
    }
}
