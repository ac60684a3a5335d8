using Mesh.Config.Registration;
using Mesh.Kubernetes.Leases;

namespace Mesh.Kubernetes.Registration;

/// <summary>
/// A claim that is a Lease: renewed for as long as the claim is held, and removed with it, unless the entry is still there: then it runs
/// out, and a gateway removes both.
/// </summary>
internal sealed class LeaseClaim : IAsyncDisposable
{
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(40);
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    private readonly MachineLeases leases;
    private readonly MachineLease lease;
    private readonly Func<CancellationToken, Task<bool>> hasEntry;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Task renewing;

    private LeaseClaim(MachineLeases leases, MachineLease lease, Func<CancellationToken, Task<bool>> hasEntry, TimeProvider time)
    {
        (this.leases, this.lease, this.hasEntry, this.time) = (leases, lease, hasEntry, time);
        renewing = RenewAsync();
    }

    /// <param name="lease">Without a version.</param>
    /// <param name="hasEntry">Whether the entry of that name is still the holder's.</param>
    /// <exception cref="IOException">The server cannot be reached.</exception>
    public static async Task<LeaseClaim> TakeAsync(
        MachineLeases leases, MachineLease lease, Func<CancellationToken, Task<bool>> hasEntry, TimeProvider time, CancellationToken cancellationToken)
    {
        await leases.RenewAsync(lease, cancellationToken).ConfigureAwait(false);
        return new LeaseClaim(leases, lease, hasEntry, time);
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested) return;
        await stop.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(FarewellLimit, time);
        try
        {
            if (!await hasEntry(limit.Token).ConfigureAwait(false)) await leases.DeleteAsync(lease, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It runs out by itself, and a gateway removes it.
        }

        stop.Dispose();
    }

    private async Task RenewAsync()
    {
        var wait = Period;
        while (true)
        {
            await Task.Delay(wait, time, stop.Token).ConfigureAwait(false);
            try
            {
                await leases.RenewAsync(lease, stop.Token).ConfigureAwait(false);
                wait = Period;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (IOException)
            {
                // Whoever looks at Leases cannot read them either, or will not count the time: it is tried again soon.
                wait = Retry;
            }
        }
    }
}
