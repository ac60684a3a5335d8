using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams.Hashing;

/// <summary>The tables of one upstream, one for each priority, made when first needed.</summary>
internal sealed class HashTables
{
    private readonly Lazy<IHashTable>[] tables;

    public HashTables(Upstream upstream, HashPolicy policy) => tables =
    [
        .. upstream.Endpoints.GroupBy(endpoint => endpoint.Priority).OrderBy(group => group.Key)
            .Select(group => new Lazy<IHashTable>(() => Make([.. group], policy))),
    ];

    /// <summary>Of one priority only.</summary>
    public ProxyEndpoint? Find(ulong hash, int priority, Func<ProxyEndpoint, bool> isUsable) => tables[priority].Value.Find(hash, isUsable);

    /// <summary>From the lowest priority that has a usable endpoint.</summary>
    public ProxyEndpoint? Find(ulong hash, Func<ProxyEndpoint, bool> isUsable)
    {
        foreach (var table in tables)
            if (table.Value.Find(hash, isUsable) is { } found) return found;
        return null;
    }

    private static IHashTable Make(IReadOnlyList<ProxyEndpoint> endpoints, HashPolicy policy) =>
        policy.MaglevTableSize is { } size ? new MaglevTable(endpoints, size) : new HashRing(endpoints, policy.MinimumRingSize);
}
