using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// Endpoints of a service port as one proxy sees them: other networks swapped for their gateways, weights scaled,
/// priorities by locality. The same answer as istiod's EDS gives.
/// </summary>
/// <remarks>
/// Source: istio pilot/pkg/xds/endpoints/ep_filters.go EndpointsByNetworkFilter. One deliberate difference: istiod keeps
/// locality groups that end up empty and counts them in the priorities; here priorities count what is there.
/// </remarks>
internal sealed class EndpointView(ProxyScope scope, NetworkGateways gateways)
{
    /// <param name="acceptsMtls">Whether mesh mTLS will be used to an endpoint, all policies considered.</param>
    /// <param name="directOnly">For an AUTO_PASSTHROUGH gateway: endpoints of other networks or without mTLS are left out.</param>
    public ImmutableArray<ProxyEndpoint> Build(
        IEnumerable<MeshEndpoint> endpoints,
        Func<MeshEndpoint, bool> acceptsMtls,
        LocalityChoice locality,
        bool hasOutlier,
        bool directOnly)
    {
        var groups = endpoints
            .Where(endpoint => IsInView(endpoint.Network))
            .GroupBy(endpoint => endpoint.Locality.ToString())
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => directOnly ? Direct(group, acceptsMtls) : Filter(group, acceptsMtls))
            .Where(group => group.Count > 0)
            .ToList();
        LocalityPriorities.Apply(groups, scope, locality, hasOutlier);
        return
        [
            .. groups.SelectMany(group => group)
                .OrderBy(endpoint => endpoint.Priority)
                .ThenBy(endpoint => endpoint.Locality.ToString(), StringComparer.Ordinal)
                .ThenBy(endpoint => endpoint.IsGateway)
                .ThenBy(endpoint => endpoint.Address, StringComparer.Ordinal)
                .ThenBy(endpoint => endpoint.Port),
        ];
    }

    private bool IsInView(string network) =>
        scope.RequestedNetworks.IsDefaultOrEmpty || network.Length == 0 || scope.RequestedNetworks.Contains(network);

    private List<ProxyEndpoint> Direct(IEnumerable<MeshEndpoint> group, Func<MeshEndpoint, bool> acceptsMtls) =>
    [
        .. group
            .Where(endpoint => AddressOf(endpoint) is not null && IsSameNetwork(endpoint.Network) && acceptsMtls(endpoint))
            .Select(endpoint => ToProxy(endpoint, AddressOf(endpoint)!, mtls: true)),
    ];

    private List<ProxyEndpoint> Filter(IEnumerable<MeshEndpoint> group, Func<MeshEndpoint, bool> acceptsMtls)
    {
        var kept = new List<ProxyEndpoint>();
        // Key: what is in front of the endpoints; a gateway stays in the group of those that it replaces.
        var weights = new Dictionary<NetworkGateway, (uint Weight, MeshEndpoint Sample)>();
        foreach (var endpoint in group)
        {
            var mtls = acceptsMtls(endpoint);
            var candidates = gateways.Of(endpoint.Network, endpoint.Cluster);
            // A proxy that does not know its network cannot assume to reach anybody else's directly.
            var force = scope.Network.Length == 0 && endpoint.Network.Length > 0 && !candidates.IsEmpty;
            if (!force && (IsSameNetwork(endpoint.Network) || candidates.IsEmpty))
            {
                if (AddressOf(endpoint) is { } address) kept.Add(ToProxy(endpoint, address, mtls));
                continue;
            }

            // The gateway never sees plain text, so only mTLS gets through it.
            if (!mtls) continue;
            var reachable = candidates.Where(gateway => IsReachable(gateway.Address)).ToArray();
            foreach (var gateway in reachable)
            {
                var share = Scaled(endpoint) / (uint)reachable.Length;
                weights[gateway] = weights.TryGetValue(gateway, out var sum)
                    ? (Saturate((ulong)sum.Weight + share), sum.Sample)
                    : (share, endpoint);
            }
        }

        kept.AddRange(weights.Select(pair => ToProxy(pair.Key, pair.Value.Weight, pair.Value.Sample)));
        return kept;
    }

    private bool IsSameNetwork(string network) =>
        scope.Network.Length == 0 || network.Length == 0 || scope.Network == network;

    /// <summary>The first address that the proxy can dial; null when it has none of the families, or the workload no address.</summary>
    private string? AddressOf(MeshEndpoint endpoint)
    {
        if (endpoint.Address.Length == 0) return null;
        return IsReachable(endpoint.Address) ? endpoint.Address : endpoint.OtherAddresses.FirstOrDefault(IsReachable);
    }

    private bool IsReachable(string address)
    {
        if (scope.IPv4 && scope.IPv6 || !IPAddress.TryParse(address, out var ip)) return true;
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? scope.IPv6 : scope.IPv4;
    }

    private uint Scaled(MeshEndpoint endpoint) => Saturate((ulong)endpoint.Weight * gateways.Scale);

    private static uint Saturate(ulong weight) => (uint)Math.Min(weight, uint.MaxValue);

    private ProxyEndpoint ToProxy(MeshEndpoint endpoint, string address, bool mtls) => new()
    {
        Address = address,
        Port = endpoint.Port,
        Network = endpoint.Network,
        Cluster = endpoint.Cluster,
        Locality = endpoint.Locality,
        Weight = Scaled(endpoint),
        Health = endpoint.Health,
        Tls = mtls ? EndpointTls.Istio : EndpointTls.Disabled,
        Workload = endpoint.Workload,
        NodeName = endpoint.NodeName,
        Labels = endpoint.Labels,
    };

    private static ProxyEndpoint ToProxy(NetworkGateway gateway, uint weight, MeshEndpoint behind) => new()
    {
        Address = gateway.Address,
        Port = gateway.Port,
        Network = gateway.Network,
        Cluster = gateway.Cluster,
        Locality = behind.Locality,
        Weight = Math.Max(1, weight),
        Health = EndpointHealth.Unknown,
        Tls = EndpointTls.Istio,
        ViaNetwork = gateway.Network,
    };
}
