using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Whether a route belongs to a listener or Service.</summary>
/// <remarks>Source: Gateway API, ParentReference, AllowedRoutes and Listener.hostname.</remarks>
internal static class RouteAttachment
{
    private const string Group = "gateway.networking.k8s.io";

    /// <summary>One of the route's parents names the listener, and the listener admits the route.</summary>
    public static bool IsAttached(
        MeshObject route, ImmutableArray<ParentReference> parents, AttachedListener to, TrafficConfig config)
    {
        var named = parents.Any(parent =>
            parent.Group is null or Group
            && parent.Kind is "" or "Gateway"
            && parent.Name == to.Owner.Metadata.Name
            && (parent.Namespace.Length > 0 ? parent.Namespace : route.Metadata.Namespace) == to.Owner.Metadata.Namespace
            && (parent.SectionName.Length == 0 || parent.SectionName == to.Listener.Name)
            && (parent.Port is null || parent.Port == to.Listener.Port));
        return named && AdmitsKind(to.Listener, route.Kind) && AdmitsNamespace(to, route.Metadata.Namespace, config);
    }

    /// <summary>A route of the mesh: one of its parents is the Service, and the port when it names one.</summary>
    public static bool IsOfService(
        MeshObject route, ImmutableArray<ParentReference> parents, string serviceNamespace, string service, int port) =>
        parents.Any(parent =>
            parent is { Group: "", Kind: "Service" }
            && parent.Name == service
            && (parent.Namespace.Length > 0 ? parent.Namespace : route.Metadata.Namespace) == serviceNamespace
            && (parent.Port is null || parent.Port == port));

    /// <summary>Hosts that both have, each the narrower of the two; a side without any takes the other's.</summary>
    public static ImmutableArray<string> Hosts(string listenerHost, ImmutableArray<string> routeHosts)
    {
        var outer = listenerHost.Length > 0 ? listenerHost : "*";
        if (routeHosts.IsEmpty) return [outer];
        return
        [
            .. routeHosts
                .Select(host => HostNames.Covers(outer, host) ? host : HostNames.Covers(host, outer) ? outer : "")
                .Where(host => host.Length > 0)
                .Select(host => host.ToLowerInvariant())
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static bool AdmitsKind(Listener listener, string kind)
    {
        if (listener.AllowedRoutes is { Kinds: { IsEmpty: false } kinds })
            return kinds.Any(allowed => allowed.Group is null or Group && allowed.Kind == kind);
        return listener.Protocol switch
        {
            "HTTP" or "HTTPS" => kind is "HTTPRoute" or "GRPCRoute",
            "TLS" => kind == "TLSRoute",
            _ => false,
        };
    }

    private static bool AdmitsNamespace(AttachedListener to, string space, TrafficConfig config)
    {
        var own = to.Owner.Metadata.Namespace == space;
        if (to.Listener.AllowedRoutes?.Namespaces is not { } namespaces) return own;
        return namespaces.From switch
        {
            RouteNamespacesFrom.All => true,
            RouteNamespacesFrom.None => false,
            RouteNamespacesFrom.Selector => namespaces.Selector is { } selector
                                            && Selects(selector, config.NamespaceLabels(space)),
            _ => own,
        };
    }

    private static bool Selects(SelectorRequirements selector, ImmutableSortedDictionary<string, string> labels) =>
        LabelMatch.Selects(selector.MatchLabels, labels)
        && selector.MatchExpressions.All(expression =>
        {
            var value = labels.GetValueOrDefault(expression.Key);
            return expression.Operator switch
            {
                "In" => value is not null && expression.Values.Contains(value),
                "NotIn" => value is null || !expression.Values.Contains(value),
                "Exists" => value is not null,
                "DoesNotExist" => value is null,
                _ => false,
            };
        });
}
