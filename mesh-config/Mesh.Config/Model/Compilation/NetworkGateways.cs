using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources.Core;

namespace Mesh.Config.Model.Compilation;

/// <summary>The east-west gateways of all networks, from Services labelled <c>topology.istio.io/network</c>.</summary>
/// <remarks>Source: istio pilot/pkg/model/network.go; multicluster.md §3 and §7 in the design notes.</remarks>
internal sealed class NetworkGateways
{
    private const int DefaultPort = 15443;

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
    public bool Same(NetworkGateways other) => All.AsSpan().SequenceEqual(other.All.AsSpan());

    public static NetworkGateways Compile(MeshReader index, List<Diagnostic> diagnostics)
    {
        var found = new List<NetworkGateway>();
        foreach (var (cluster, service) in index.WithKey<Service>("", "", IndexKeys.HasLabel(TopologyLabels.Network)))
            if (service.Metadata.Labels.TryGetValue(TopologyLabels.Network, out var network) && network.Length > 0)
                found.AddRange(GatewaysOf(cluster, network, service, diagnostics));
        return new NetworkGateways(found);
    }

    private static IEnumerable<NetworkGateway> GatewaysOf(
        string cluster, string network, Service service, List<Diagnostic> diagnostics)
    {
        var port = DefaultPort;
        if (service.Metadata.Labels.TryGetValue(TopologyLabels.GatewayPort, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var labelled))
            port = labelled;
        if (!service.Spec.Ports.Any(candidate => candidate.Port == port))
        {
            Warn($"the Service is labelled as gateway of network {network} but has no port {port}: it is not used; add the port or the label {TopologyLabels.GatewayPort}");
            yield break;
        }

        var any = false;
        foreach (var ingress in service.Status?.LoadBalancer?.Ingress ?? [])
        {
            any = true;
            if (ingress.Ip.Length > 0)
                yield return new NetworkGateway(network, cluster, ingress.Ip, port);
            else if (ingress.Hostname.Length > 0)
                Warn($"gateway address {ingress.Hostname} of network {network} is a host name, which is not resolved yet: it is not used; give IP addresses");
        }

        foreach (var address in service.Spec.ExternalIPs)
        {
            any = true;
            if (IPAddress.TryParse(address, out _)) yield return new NetworkGateway(network, cluster, address, port);
        }

        if (!any)
            Warn($"the gateway of network {network} has no address yet: status.loadBalancer.ingress and spec.externalIPs are empty");

        void Warn(string message) => diagnostics.Add(
            new Diagnostic(Severity.Warning, "GatewayUnusable", message, service.Location, service.Subject));
    }

    private static uint GreatestCommonDivisor(uint a, uint b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
