using System.Collections.Concurrent;
using Mesh.Kubernetes.Leases;

namespace Mesh.Kubernetes.Registration;

/// <summary>
/// Takes Leases of machines: one that nobody has, one's own, or one that was seen not to change for as long as it is good for. No clock
/// is compared with another's.
/// </summary>
internal sealed class LeaseTaking(TimeSpan duration, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (string Version, long Since)> seen = new(StringComparer.Ordinal);

    /// <param name="key">Tells Leases apart.</param>
    /// <param name="keeper">Who keeps the entry of that name; empty for nobody. Only its own Lease can set somebody else in its place.</param>
    /// <returns>The Lease as it is now; null when another one lives, or was faster.</returns>
    public async Task<LeaseRecord?> TryTakeAsync(ILeaseStore store, string key, string holder, string keeper, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var mine = new LeaseRecord(holder, duration, now, now, 0, "");
        var isFree = keeper.Length == 0 || keeper == holder;
        if (await store.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } there)
            return isFree ? await store.WriteAsync(mine, cancellationToken).ConfigureAwait(false) : null;
        if (there.Holder == holder)
            return isFree ? await store.WriteAsync(there with { Duration = duration, RenewedAt = now }, cancellationToken).ConfigureAwait(false) : null;
        if (!HasRunOut(key, there) || (!isFree && keeper != there.Holder)) return null;
        seen.TryRemove(key, out _);
        return await store.WriteAsync(
            mine with { Transitions = there.Transitions + 1, ResourceVersion = there.ResourceVersion }, cancellationToken).ConfigureAwait(false);
    }

    private bool HasRunOut(string key, LeaseRecord there)
    {
        var since = seen.AddOrUpdate(
            key, _ => (there.ResourceVersion, time.GetTimestamp()),
            (_, known) => known.Version == there.ResourceVersion ? known : (there.ResourceVersion, time.GetTimestamp())).Since;
        return there.Holder.Length == 0 || time.GetElapsedTime(since) > (there.Duration > duration ? there.Duration : duration);
    }
}
