using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// Finds the network gateways that Services with the label <c>topology.istio.io/network</c>, Gateway API Gateways with it, and
/// the mesh's networks declare. Addresses may still be host names.
/// </summary>
/// <remarks>Source: istio pilot/pkg/serviceregistry/kube/controller/network.go; multicluster.md §3 and §4 in the design notes.</remarks>
internal static class NetworkGatewayDiscovery
{
    private const int DefaultPort = 15443;

    public static IEnumerable<(NetworkGateway Gateway, MeshObject? Source)> Find(MeshReader index, List<Diagnostic> diagnostics)
    {
        foreach (var (cluster, service) in index.WithKey<Service>("", "", IndexKeys.HasLabel(TopologyLabels.Network)))
            if (service.Metadata.Labels.TryGetValue(TopologyLabels.Network, out var network) && network.Length > 0)
                foreach (var gateway in OfService(index, cluster, network, service, diagnostics))
                    yield return (gateway, service);
        foreach (var (cluster, gateway) in index.Of<GatewayApiGateway>())
            if (gateway.Metadata.Labels.TryGetValue(TopologyLabels.Network, out var network) && network.Length > 0)
                foreach (var found in OfGateway(cluster, network, gateway))
                    yield return (found, gateway);
        foreach (var (network, settings) in NetworkRanges.Of(index).Networks.Networks)
        {
            foreach (var declared in settings.Gateways)
            {
                if (declared.Address is { Length: > 0 } address)
                    yield return (new NetworkGateway(network, "", address, (int)declared.Port), null);
                else if (declared.RegistryServiceName is { Length: > 0 } name)
                    foreach (var registry in settings.Endpoints.Select(endpoint => endpoint.FromRegistry).OfType<string>())
                        foreach (var found in OfRegistry(index, registry, network, name, (int)declared.Port))
                            yield return found;
            }
        }
    }

    private static IEnumerable<(NetworkGateway, MeshObject?)> OfRegistry(
        MeshReader index, string cluster, string network, string host, int port)
    {
        var parts = host.Split('.');
        if (parts.Length < 2 || index.Find<Service>(cluster, parts[1], parts[0]) is not { } service) yield break;
        if (GatewayNodes.AreMeant(service))
        {
            foreach (var address in GatewayNodes.AddressesOf(index, cluster, service, out _))
                yield return (new NetworkGateway(network, cluster, address, GatewayNodes.PortOf(service, port)), service);
            yield break;
        }

        foreach (var address in AddressesOf(service))
            yield return (new NetworkGateway(network, cluster, address, port), service);
    }

    private static IEnumerable<NetworkGateway> OfService(
        MeshReader index, string cluster, string network, Service service, List<Diagnostic> diagnostics)
    {
        var port = DefaultPort;
        if (service.Metadata.Labels.TryGetValue(TopologyLabels.GatewayPort, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var labelled))
            port = labelled;
        if (!service.Spec.Ports.Any(candidate => candidate.Port == port))
        {
            Warn($"the Service is labelled as gateway of network {network} but has no port {port}: it is not used; add the port or the label {TopologyLabels.GatewayPort}");
            return [];
        }

        if (GatewayNodes.AreMeant(service))
        {
            var nodes = GatewayNodes.AddressesOf(index, cluster, service, out var problem);
            if (problem.Length > 0) Warn($"the gateway of network {network} is not used: {problem}");
            else if (nodes.IsEmpty)
                Warn($"the gateway of network {network} has no address: no Node that {TopologyLabels.NodeSelector} selects has an ExternalIP");
            return nodes.Select(address => new NetworkGateway(network, cluster, address, GatewayNodes.PortOf(service, port)));
        }

        var addresses = AddressesOf(service).ToArray();
        if (addresses.Length == 0)
            Warn($"the gateway of network {network} has no address yet: status.loadBalancer.ingress and spec.externalIPs are empty");
        return addresses.Select(address => new NetworkGateway(network, cluster, address, port));

        void Warn(string message) => diagnostics.Add(
            new Diagnostic(Severity.Warning, "GatewayUnusable", message, service.Location, service.Subject));
    }

    /// <summary>Every address with every listener that passes mesh mTLS through.</summary>
    private static IEnumerable<NetworkGateway> OfGateway(string cluster, string network, GatewayApiGateway gateway) =>
        from address in gateway.Spec.Addresses
        where address.Type is "" or "IPAddress" or "Hostname" && address.Value.Length > 0
        from listener in gateway.Spec.Listeners
        where GatewayApiListeners.IsAutoPassthrough(gateway, listener)
        select new NetworkGateway(network, cluster, address.Value, listener.Port);

    private static IEnumerable<string> AddressesOf(Service service) =>
        (service.Status?.LoadBalancer?.Ingress ?? [])
        .Select(ingress => ingress.Ip.Length > 0 ? ingress.Ip : ingress.Hostname)
        .Where(address => address.Length > 0)
        .Concat(service.Spec.ExternalIPs);
}
