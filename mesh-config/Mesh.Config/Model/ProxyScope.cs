using System.Collections.Immutable;

namespace Mesh.Config.Model;

/// <summary>All that a proxy's view of the mesh depends on; the counterpart of the node metadata istiod's EDS uses.</summary>
public sealed record ProxyScope
{
    public ProxyType Type { get; init; }
    public string Cluster { get; init; } = "";

    /// <summary>Empty means unknown: then every network that has a gateway is reached through it.</summary>
    public string Network { get; init; } = "";

    public Locality Locality { get; init; } = Locality.Unknown;
    public string Namespace { get; init; } = "";

    /// <summary>Workload labels: Gateway selectors, PeerAuthentication selectors and failoverPriority go by them.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Kubernetes node the proxy runs on: internalTrafficPolicy Local and PreferSameNode go by it. Empty for a VM.</summary>
    public string NodeName { get; init; } = "";

    public bool IPv4 { get; init; } = true;
    public bool IPv6 { get; init; } = true;

    /// <summary>When not empty, endpoints of other networks are not seen at all (REQUESTED_NETWORK_VIEW).</summary>
    public ImmutableArray<string> RequestedNetworks { get; init; } = [];
}
