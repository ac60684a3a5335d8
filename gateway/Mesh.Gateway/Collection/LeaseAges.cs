using Mesh.Config.Registration;
using Mesh.Hosting;

namespace Mesh.Gateway.Collection;

/// <summary>
/// How long Leases have not changed, as far as can be told from here: nobody's clock is compared with another's, and time in which they
/// could not be read does not count, because then they could not be renewed either.
/// </summary>
/// <param name="patience">Longest time between two looks that still counts as having looked all along.</param>
public sealed class LeaseAges(TimeProvider time, TimeSpan patience)
{
    private readonly Dictionary<(string Namespace, string Name), (string Version, TimeSpan Age)> known = [];
    private long lookedAt;

    /// <summary>Takes over what was read just now.</summary>
    public void Look(IReadOnlyCollection<MachineLease> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        var now = time.GetTimestamp();
        var passed = known.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(lookedAt, now);
        // A pause of this process, or of what it reads: machines get their whole time anew.
        if (passed > patience) Forget();
        lookedAt = now;
        var before = known.ToDictionary();
        known.Clear();
        foreach (var lease in leases)
        {
            var key = (lease.Namespace, lease.Name);
            var isOld = before.TryGetValue(key, out var old) && old.Version == lease.Version;
            known[key] = (lease.Version, isOld ? old.Age + passed : TimeSpan.Zero);
        }
    }

    /// <summary>They could not be read: when they can be again, all begin anew.</summary>
    public void Forget() => known.Clear();

    /// <summary>It was not renewed for as long as it is good for.</summary>
    public bool HasRunOut(MachineLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        Invariant.Holds(lease.Duration >= TimeSpan.Zero, $"{lease} has a duration");
        return known.TryGetValue((lease.Namespace, lease.Name), out var seen) && seen.Version == lease.Version && seen.Age > lease.Duration;
    }
}
