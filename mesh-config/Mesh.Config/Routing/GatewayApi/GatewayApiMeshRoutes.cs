using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Routes of the mesh: HTTPRoutes and GRPCRoutes whose parent is a Service.</summary>
/// <remarks>
/// Source: Gateway API for service mesh (GAMMA): a route in the Service's namespace is for all clients, one in another
/// namespace only for the clients there, who follow it instead of the former. Hostnames of such routes mean nothing.
/// </remarks>
internal sealed class GatewayApiMeshRoutes(
    TrafficConfig config, ProxyScope scope, MeshModelOptions options, GatewayApiRules rules)
{
    /// <summary>In order of precedence; empty when the Service has no route: then calls go to the Service.</summary>
    public ImmutableArray<RouteRule> Compile(string host, int port)
    {
        var suffix = $".svc.{options.ClusterDomain}";
        if (!host.EndsWith(suffix, StringComparison.Ordinal)) return [];
        var parts = host[..^suffix.Length].Split('.');
        if (parts is not [var name, var space]) return [];
        var own = RulesIn(scope.Namespace);
        return own.IsEmpty && scope.Namespace != space ? RulesIn(space) : own;

        ImmutableArray<RouteRule> RulesIn(string routes) =>
        [
            .. RankedRule.Sort(
                    config.HttpRoutes
                        .Where(route => route.Metadata.Namespace == routes
                                        && RouteAttachment.IsOfService(route, route.Spec.ParentRefs, space, name, port))
                        .SelectMany(route => rules.Compile(route, port))
                        .Concat(config.GrpcRoutes
                            .Where(route => route.Metadata.Namespace == routes
                                            && RouteAttachment.IsOfService(route, route.Spec.ParentRefs, space, name, port))
                            .SelectMany(route => rules.Compile(route, port))))
                .Select(ranked => ranked.Rule),
        ];
    }
}
