using System.Collections.Immutable;

namespace Mesh.Gateway.Collection;

/// <summary>What the collectors of this gateway found last, for those who want to see it.</summary>
public sealed class CollectionBoard
{
    private volatile IReadOnlyDictionary<RegisteredAgent, MachinePlan> plans = ImmutableDictionary<RegisteredAgent, MachinePlan>.Empty;
    private volatile IReadOnlyDictionary<(string Namespace, string Name), LeaseView>? leases;

    /// <summary>Machines that something is about to be done with.</summary>
    public IReadOnlyDictionary<RegisteredAgent, MachinePlan> Plans
    {
        get => plans;
        set => plans = value;
    }

    /// <summary>Null while this gateway does not look at Leases.</summary>
    public IReadOnlyDictionary<(string Namespace, string Name), LeaseView>? Leases
    {
        get => leases;
        set => leases = value;
    }

    /// <summary>Who cleans up by Leases, as far as is known; empty: nobody, or not by Leases.</summary>
    public Func<string> Leader { get; set; } = () => "";
}
