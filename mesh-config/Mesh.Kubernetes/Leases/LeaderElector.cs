using Mesh.Hosting;

namespace Mesh.Kubernetes.Leases;

/// <summary>
/// Leads while it holds a Lease. Clocks of the candidates need not agree: nobody compares times in the Lease with its own clock,
/// only how long the Lease has stayed the same since it was seen, which a monotonic clock measures.
/// </summary>
/// <remarks>Source: client-go tools/leaderelection, whose rules these are.</remarks>
public sealed class LeaderElector
{
    private readonly ILeaseStore _store;
    private readonly LeaderOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private LeaseRecord? _observed;
    private long _observedAt;

    /// <exception cref="ArgumentException">The times contradict each other.</exception>
    public LeaderElector(ILeaseStore store, LeaderOptions options, TimeProvider? time = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.RenewDeadline >= options.LeaseDuration || options.RetryPeriod * 1.2 >= options.RenewDeadline)
            throw new ArgumentException("lease duration > renew deadline > 1.2 × retry period must hold", nameof(options));
        (_store, _options, _time) = (store, options, time ?? TimeProvider.System);
        _random = random ?? new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
    }

    /// <summary>True while this candidate leads.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>Who leads as far as is known; empty when nobody does.</summary>
    public string Leader => _observed?.Holder ?? "";

    /// <summary>
    /// Waits for its turn, runs <paramref name="lead"/> while it leads, and begins again when it no longer does, until cancelled.
    /// The token given to <paramref name="lead"/> is cancelled when the lease is lost; nobody else can lead before the rest of
    /// the lease's duration has passed. In the end the lease is given back.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (true)
        {
            while (!await TryAsync(cancellationToken).ConfigureAwait(false)) await PauseAsync(cancellationToken).ConfigureAwait(false);
            IsLeader = true;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var leading = Task.Run(() => lead(stop.Token), CancellationToken.None);
            try
            {
                await RenewAsync(leading, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                IsLeader = false;
                // Given back only once the work has stopped: two would lead otherwise.
                await GiveBackAsync().ConfigureAwait(false);
            }

            if (leading.IsFaulted) await leading.ConfigureAwait(false);
        }
    }

    /// <summary>Renews until the deadline passes without success, or the work ends.</summary>
    private async Task RenewAsync(Task leading, CancellationToken cancellationToken)
    {
        var renewedAt = _time.GetTimestamp();
        while (!leading.IsCompleted)
        {
            await PauseAsync(cancellationToken).ConfigureAwait(false);
            var left = _options.RenewDeadline - _time.GetElapsedTime(renewedAt);
            if (left <= TimeSpan.Zero) return;
            using var limit = new CancellationTokenSource(left, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var begun = _time.GetTimestamp();
            if (await TryAsync(linked.Token).ConfigureAwait(false)) renewedAt = begun;
            else if (_observed is { } other && other.Holder.Length > 0 && other.Holder != _options.Identity) return;
        }
    }

    /// <returns>True when this candidate holds the lease now.</returns>
    internal async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            var begun = _time.GetTimestamp();
            var current = await _store.ReadAsync(cancellationToken).ConfigureAwait(false);
            // From before the answer: too early is harmless only on the side of the holder, and there renewing decides.
            if (current is not null && current != _observed) (_observed, _observedAt) = (current, _time.GetTimestamp());
            var isMine = current?.Holder == _options.Identity;
            if (current is { Holder.Length: > 0 } && !isMine && _time.GetElapsedTime(_observedAt) < Longer(current.Duration, _options.LeaseDuration)) return false;
            var now = _time.GetUtcNow();
            var next = new LeaseRecord(
                _options.Identity, _options.LeaseDuration, isMine ? current!.AcquiredAt : now, now,
                current is null ? 0 : current.Transitions + (isMine ? 0 : 1), current?.ResourceVersion ?? "");
            if (await _store.WriteAsync(next, cancellationToken).ConfigureAwait(false) is not { } written) return false;
            Invariant.Holds(written.Holder == _options.Identity, $"the lease we wrote names {written.Holder}");
            (_observed, _observedAt) = (written, begun);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever keeps us from the lease: we do not hold it, and try again.
        catch (Exception e) when (e is not InvariantException)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task GiveBackAsync()
    {
        if (_observed is not { } held || held.Holder != _options.Identity) return;
        using var limit = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            var free = held with { Holder = "", Duration = TimeSpan.FromSeconds(1), RenewedAt = _time.GetUtcNow() };
            if (await _store.WriteAsync(free, limit.Token).ConfigureAwait(false) is { } written) (_observed, _observedAt) = (written, _time.GetTimestamp());
        }
#pragma warning disable CA1031 // It runs out by itself.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Others wait for its end.
        }
    }

    private Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(_options.RetryPeriod * (1 + (_random.NextDouble() / 5)), _time, cancellationToken);

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
