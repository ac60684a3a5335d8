using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Routes that are attached to the listeners of one port of a gateway.</summary>
internal sealed class GatewayApiRoutes(TrafficConfig config, GatewayApiRules rules, Backends backends)
{
    /// <summary>Rules by host pattern, each list in order of precedence.</summary>
    public IEnumerable<(string Domain, IEnumerable<RouteRule> Rules)> Compile(ImmutableArray<AttachedListener> listeners, int port)
    {
        var found = new Dictionary<string, List<RankedRule>>(StringComparer.Ordinal);
        // A route that several listeners of the port lead to is there once for each host.
        var added = new HashSet<(string Domain, object Route)>();
        foreach (var listener in listeners)
        {
            foreach (var route in config.HttpRoutes)
                if (RouteAttachment.IsAttached(route, route.Spec.ParentRefs, listener, config))
                    Add(listener, route.Spec.Hostnames, route, () => rules.Compile(route, port));
            foreach (var route in config.GrpcRoutes)
                if (RouteAttachment.IsAttached(route, route.Spec.ParentRefs, listener, config))
                    Add(listener, route.Spec.Hostnames, route, () => rules.Compile(route, port));
        }

        return found.Select(pair => (pair.Key, RankedRule.Sort(pair.Value).Select(ranked => ranked.Rule)));

        void Add(AttachedListener listener, ImmutableArray<string> hosts, object route, Func<IEnumerable<RankedRule>> compile)
        {
            foreach (var domain in RouteAttachment.Hosts(listener.Listener.Hostname, hosts))
            {
                if (!added.Add((domain, route))) continue;
                if (!found.TryGetValue(domain, out var list)) found.Add(domain, list = []);
                list.AddRange(compile());
            }
        }
    }

    /// <summary>Null when none of the backends can be resolved.</summary>
    private RouteAction.Forward? Connections(GatewayApiTlsRoute route, GatewayApiTlsRule rule) =>
        backends.Forward(route, rule.BackendRefs, static _ => HeaderOperations.None, out var any) is { } forward && any ? forward : null;

    /// <summary>By server name.</summary>
    public IEnumerable<L4Route> CompileTls(ImmutableArray<AttachedListener> listeners) =>
        from listener in listeners
        from route in config.TlsRoutes
        where RouteAttachment.IsAttached(route, route.Spec.ParentRefs, listener, config)
        let hosts = RouteAttachment.Hosts(listener.Listener.Hostname, route.Spec.Hostnames)
        where !hosts.IsEmpty
        from rule in route.Spec.Rules
            // Without a destination the connection is closed, as for an unknown name.
        let forward = Connections(route, rule)
        where forward is not null
        select new L4Route { Origin = route.Subject, SniHosts = hosts, Destinations = forward.Destinations };
}
