using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Sources;

namespace Mesh.Config.Model.Compilation;

/// <summary>The east-west gateways of all networks, by address.</summary>
/// <remarks>Source: istio pilot/pkg/model/network.go; multicluster.md §3 and §7 in the design notes.</remarks>
internal sealed class NetworkGateways
{
    private readonly Dictionary<string, ImmutableArray<NetworkGateway>> _byNetwork;
    private readonly Dictionary<(string Network, string Cluster), ImmutableArray<NetworkGateway>> _byCluster;

    private NetworkGateways(IEnumerable<NetworkGateway> gateways)
    {
        All =
        [
            .. gateways.Distinct()
                .OrderBy(gateway => gateway.Address, StringComparer.Ordinal)
                .ThenBy(gateway => gateway.Port)
                .ThenBy(gateway => gateway.Network, StringComparer.Ordinal)
                .ThenBy(gateway => gateway.Cluster, StringComparer.Ordinal),
        ];
        _byNetwork = All.GroupBy(gateway => gateway.Network)
            .ToDictionary(group => group.Key, group => group.ToImmutableArray());
        _byCluster = All.GroupBy(gateway => (gateway.Network, gateway.Cluster))
            .ToDictionary(group => group.Key, group => group.ToImmutableArray());
        Scale = 1;
        foreach (var group in _byNetwork.Values.Concat(_byCluster.Values))
            Scale = Scale / GreatestCommonDivisor(Scale, (uint)group.Length) * (uint)group.Length;
    }

    public static NetworkGateways None { get; } = new([]);

    /// <summary>Ordered by address and port.</summary>
    public ImmutableArray<NetworkGateway> All { get; }

    /// <summary>Gateways that are given as host names, in lower case: what somebody has to resolve.</summary>
    public ImmutableArray<string> HostNames { get; private init; } = [];

    /// <summary>Networks with a gateway whose name has no address yet, and that name; ordered.</summary>
    public ImmutableArray<(string Network, string Host)> Unresolved { get; private init; } = [];

    /// <summary>
    /// Least common multiple of the gateway counts: every weight is multiplied by it so that it can be divided evenly
    /// among the gateways of any network.
    /// </summary>
    public uint Scale { get; }

    /// <summary>Gateways of the endpoint's network in its own cluster, else all of its network; empty when it has none.</summary>
    public ImmutableArray<NetworkGateway> Of(string network, string cluster) =>
        _byCluster.TryGetValue((network, cluster), out var own) ? own
        : _byNetwork.TryGetValue(network, out var any) ? any
        : [];

    public bool HasGateway(string network) => _byNetwork.ContainsKey(network);

    /// <summary>By value.</summary>
    public bool Same(NetworkGateways other) =>
        All.AsSpan().SequenceEqual(other.All.AsSpan())
        && HostNames.AsSpan().SequenceEqual(other.HostNames.AsSpan())
        && Unresolved.AsSpan().SequenceEqual(other.Unresolved.AsSpan());

    public static NetworkGateways Compile(MeshReader index, List<Diagnostic> diagnostics)
    {
        var found = new List<NetworkGateway>();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var unresolved = new HashSet<(string Network, string Host)>();
        foreach (var (gateway, source) in NetworkGatewayDiscovery.Find(index, diagnostics))
        {
            if (IPAddress.TryParse(gateway.Address, out _))
            {
                found.Add(gateway);
                continue;
            }

            var name = gateway.Address.TrimEnd('.').ToLowerInvariant();
            names.Add(name);
            if (index.Find<ResolvedHost>("", "", name) is { } resolved)
            {
                found.AddRange(resolved.Addresses.Select(address => gateway with { Address = address }));
                continue;
            }

            unresolved.Add((gateway.Network, name));
            diagnostics.Add(new Diagnostic(
                Severity.Warning, "GatewayUnusable",
                $"gateway address {name} of network {gateway.Network} is a host name that has not been resolved: it is not used until it is",
                source?.Location ?? SourceLocation.None, source?.Subject ?? ""));
        }

        return new NetworkGateways(found) { HostNames = [.. names], Unresolved = [.. unresolved.Order()] };
    }

    private static uint GreatestCommonDivisor(uint a, uint b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
