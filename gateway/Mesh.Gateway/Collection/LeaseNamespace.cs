using Mesh.Config.Registration;

namespace Mesh.Gateway.Collection;

/// <summary>The Leases of one namespace, and whether they can be read.</summary>
internal sealed class LeaseNamespace(string name, TimeProvider time, TimeSpan patience)
{
    private readonly LeaseAges ages = new(time, patience);

    public string Name => name;

    /// <summary>Null while they can be read.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyCollection<LeaseView> Leases => ages.All;

    /// <summary>Nobody knows whose Leases they are for now: they do not age.</summary>
    public void Interrupt() => ages.Interrupt();

    /// <param name="machines">Of this namespace: one that ought to have a Lease and has none is looked at like one whose Lease is not renewed.</param>
    /// <returns>False when they cannot be read.</returns>
    public async Task<bool> LookAsync(IMachineLeases leases, IEnumerable<RegisteredAgent> machines, CancellationToken cancellationToken)
    {
        try
        {
            var there = await leases.ListAsync(name, cancellationToken);
            var named = there.Select(lease => lease.Name).ToHashSet(StringComparer.Ordinal);
            var missing = machines.Where(machine => machine.IsLeased && !named.Contains(machine.Name))
                .Select(machine => new MachineLease(name, machine.Name, machine.Keeper, LeaseCollector.DefaultDuration, ""));
            ages.Look([.. there.Where(lease => lease.Duration > TimeSpan.Zero), .. missing]);
            Problem = null;
            return true;
        }
        catch (IOException error)
        {
            ages.Interrupt();
            Problem = error.Message;
            return false;
        }
    }
}
