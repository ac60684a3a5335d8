using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Routing;

/// <summary>Routes that a sidecar applies to calls to one service port.</summary>
/// <remarks>Source: istio pilot/pkg/model/push_context.go and sidecar.go; traffic-resources.md §Q.</remarks>
internal sealed class MeshRoutes(
    TrafficConfig config, ProxyVisibility visibility, ProxyScope scope, MeshModelOptions options, RouteCompiler routes,
    GatewayApiMeshRoutes apiRoutes)
{
    public HttpRouteTable Compile(string host, int port)
    {
        var source = FindVirtualService(host, port);
        var rules = source is null ? [] : routes.Compile(source, GatewayNames.Mesh, port).ToList();
        // Where a host has a VirtualService, routes of the Gateway API for it do not count.
        if (source is null) rules.AddRange(apiRoutes.Compile(host, port));
        // A VirtualService with http rules owns the host: what none of them matches is 404.
        if (source is null ? rules.Count == 0 : source.Spec.Http.IsEmpty)
            rules.Add(new RouteRule(RouteCompiler.Default(new UpstreamKey(host, port)), []));
        return CompiledRouteTable.ForAnyHost([.. rules]);
    }

    public ImmutableArray<L4Route> CompileConnections(string host, int port, L4RouteCompiler compiler)
    {
        var source = FindVirtualService(host, port);
        ImmutableArray<L4Route> found = source is null
            ? []
            :
            [
                .. compiler.CompileTls(source, GatewayNames.Mesh, port),
                .. compiler.CompileTcp(source, GatewayNames.Mesh, port),
            ];
        if (!found.IsEmpty) return found;
        return
        [
            new L4Route { Origin = "default", Destinations = [new WeightedDestination(new UpstreamKey(host, port), 1)] },
        ];
    }

    /// <summary>The most specific host wins; among equals the own namespace's, then the oldest. They are not merged.</summary>
    private VirtualService? FindVirtualService(string host, int port)
    {
        VirtualService? best = null;
        var bestHost = "";
        // What is the client's own comes first, then what was exported to it by name, then what is everybody's.
        foreach (var candidate in config.VirtualServicesFor(host).OrderBy(source => Visibility.Rank(
                     source.Spec.ExportTo, config.Settings.DefaultVirtualServiceExportTo, source.Metadata.Namespace, scope.Namespace)))
        {
            if (!candidate.Spec.Gateways.IsEmpty && !candidate.Spec.Gateways.Contains(GatewayNames.Mesh)) continue;
            if (!visibility.Sees(candidate, port)) continue;
            foreach (var pattern in candidate.Spec.Hosts)
            {
                var full = HostNames.Complete(pattern, candidate.Metadata.Namespace, options.ClusterDomain);
                if (!HostNames.Covers(full, host)) continue;
                if (best is not null && HostNames.CompareSpecific(full, bestHost) >= 0) continue;
                best = candidate;
                bestHost = full;
            }
        }

        return best;
    }
}
