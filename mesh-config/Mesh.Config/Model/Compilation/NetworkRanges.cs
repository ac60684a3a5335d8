using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Model.Compilation;

/// <summary>Networks of endpoints by their cluster or address, as the mesh's settings (<c>meshNetworks</c>) have them.</summary>
/// <remarks>Source: istio pilot/pkg/serviceregistry/kube/controller/network.go; multicluster.md §2.</remarks>
internal sealed class NetworkRanges
{
    private readonly ImmutableDictionary<string, string> _registries;
    private readonly ImmutableArray<(IPNetwork Range, string Network)> _ranges;

    private NetworkRanges(MeshNetworks networks)
    {
        Networks = networks;
        var registries = ImmutableDictionary.CreateBuilder<string, string>();
        var ranges = ImmutableArray.CreateBuilder<(IPNetwork, string)>();
        foreach (var (name, network) in networks.Networks)
        {
            foreach (var endpoints in network.Endpoints)
            {
                if (endpoints.FromRegistry is { Length: > 0 } registry) registries.TryAdd(registry, name);
                if (endpoints.FromCidr is { } range && IPNetwork.TryParse(range, out var parsed)) ranges.Add((parsed, name));
            }
        }

        _registries = registries.ToImmutable();
        // The widest range first, as istiod walks its trie of ranges down.
        _ranges = [.. ranges.OrderBy(entry => entry.Item1.PrefixLength).ThenBy(entry => entry.Item2, StringComparer.Ordinal)];
    }

    public MeshNetworks Networks { get; }

    public static NetworkRanges Of(MeshReader index) => index.Fact("mesh-networks", "", static reader =>
        new NetworkRanges(MeshDefaultsReader.Networks(reader, "")));

    /// <summary>
    /// The network that names the cluster, else those with a range that has the address, the widest first; the first one
    /// counts, and more than one is a mistake in the settings.
    /// </summary>
    public IEnumerable<string> Find(string cluster, string address)
    {
        if (_registries.TryGetValue(cluster, out var registered)) return [registered];
        if (_ranges.IsEmpty || !IPAddress.TryParse(address, out var ip)) return [];
        return _ranges.Where(entry => entry.Range.Contains(ip)).Select(entry => entry.Network).Distinct(StringComparer.Ordinal);
    }
}
