using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Routing;

/// <summary>Finds the ports of a gateway proxy: those of the Gateways whose selector matches it.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/gateway.go; traffic-resources.md §Q.</remarks>
internal static class ServedPorts
{
    /// <summary>Ordered by port, then bind address.</summary>
    public static ImmutableArray<ServedPort> Of(TrafficConfig config, ProxyScope scope, MeshModelOptions options)
    {
        var servers =
            from gateway in config.Gateways
            where LabelMatch.Selects(gateway.Spec.Selector, scope.Labels)
            from server in gateway.Spec.Servers
            select new PortServer(gateway, server, null);
        var listeners = GatewayApiListeners.Of(config, scope, options)
            .Select(listener => new PortServer(listener.AsGateway, listener.AsServer, listener));
        return
        [
            .. servers.Concat(listeners)
                .GroupBy(entry => (entry.Server.Port!.Number, entry.Server.Bind))
                .OrderBy(group => group.Key.Number)
                .ThenBy(group => group.Key.Bind, StringComparer.Ordinal)
                .Select(group => new ServedPort(group.Key.Number, group.Key.Bind, [.. Agreeing([.. group])])),
        ];
    }

    /// <summary>Servers of one port must speak alike; the oldest decides and others are left out, as in Istio.</summary>
    private static IEnumerable<PortServer> Agreeing(PortServer[] servers)
    {
        var isTls = IsTls(servers[0]);
        return WithoutDuplicateNames(servers.Where(entry => IsTls(entry) == isTls));
    }

    /// <summary>A TLS server that claims a name which an older one of the port has already is left out as a whole.</summary>
    private static IEnumerable<PortServer> WithoutDuplicateNames(IEnumerable<PortServer> servers)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in servers)
        {
            var hosts = entry.Server.Hosts.Select(GatewayDomains.HostOf).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            if (IsTls(entry) && hosts.Any(names.Contains)) continue;
            names.UnionWith(hosts);
            yield return entry;
        }
    }

    private static bool IsTls(PortServer entry) =>
        Protocols.Parse(entry.Server.Port!.Protocol) is ServiceProtocol.Https or ServiceProtocol.Tls;
}
