using Mesh.Config.Registration;
using Mesh.Hosting;

namespace Mesh.Gateway.Collection;

/// <summary>
/// How long Leases of one namespace have not changed, as far as can be told from here: nobody's clock is compared with another's, and
/// time in which they could not be read does not count, because then they could not be renewed either.
/// </summary>
/// <param name="patience">Longest time between two looks that still counts as having looked all along.</param>
public sealed class LeaseAges(TimeProvider time, TimeSpan patience)
{
    private Dictionary<string, LeaseView> known = new(StringComparer.Ordinal);
    private long lookedAt;
    private bool isInterrupted = true;

    /// <summary>As of the last look; ages stand still since.</summary>
    public IReadOnlyCollection<LeaseView> All => known.Values;

    /// <summary>Takes over what was read just now.</summary>
    public void Look(IEnumerable<MachineLease> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(lookedAt, now);
        // A pause of this process, of the server or of the network: the time is not counted, and machines get some to be heard again.
        if (passed > patience) isInterrupted = true;
        var next = new Dictionary<string, LeaseView>(StringComparer.Ordinal);
        foreach (var lease in leases)
        {
            Invariant.Holds(lease.Duration > TimeSpan.Zero, $"{lease} has a duration");
            next[lease.Name] = View(lease, known.GetValueOrDefault(lease.Name), passed);
        }

        (known, lookedAt, isInterrupted) = (next, now, false);
    }

    /// <summary>They could not be read: ages stand still until they can be again, and then half of a Lease's time is left at least.</summary>
    public void Interrupt() => isInterrupted = true;

    private LeaseView View(MachineLease lease, LeaseView? before, TimeSpan passed)
    {
        if (before is null) return new LeaseView(lease, LeaseState.Unknown, TimeSpan.Zero);
        // One that is missing gives no sign of life, and one that went missing neither.
        if (before.Lease.Version != lease.Version)
            return new LeaseView(lease, lease.Version.Length > 0 ? LeaseState.Renewed : LeaseState.Unknown, TimeSpan.Zero);
        if (isInterrupted)
        {
            var half = lease.Duration / 2;
            return new LeaseView(lease, LeaseState.Unknown, before.Age < half ? before.Age : half);
        }

        var age = before.Age + passed;
        return new LeaseView(lease, age > lease.Duration ? LeaseState.RunOut : before.State, age);
    }
}
