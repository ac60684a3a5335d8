using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Compiles tls and tcp rules of VirtualServices for one gateway (or <c>mesh</c>) and listener port.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/tls.go and tcp.go.</remarks>
internal sealed class L4RouteCompiler(ProxyScope scope, MeshModelOptions options, Func<string, int?> onlyPort)
{
    /// <summary>One entry for each match, in order.</summary>
    public IEnumerable<L4Route> CompileTls(VirtualService source, string gateway, int listenerPort) =>
        from rule in source.Spec.Tls
        from match in rule.Match
        where Applies(source, gateway, listenerPort, match.Port, match.Gateways, match.SourceLabels, match.SourceNamespace)
        select new L4Route
        {
            Origin = source.Subject,
            SniHosts = [.. match.SniHosts.Select(host => host.ToLowerInvariant())],
            DestinationSubnets = match.DestinationSubnets,
            Destinations = Compile(rule.Route, source, listenerPort),
        };

    /// <summary>One entry for each match, in order; nothing comes after a rule that takes every connection.</summary>
    public IEnumerable<L4Route> CompileTcp(VirtualService source, string gateway, int listenerPort)
    {
        foreach (var rule in source.Spec.Tcp)
        {
            var destinations = Compile(rule.Route, source, listenerPort);
            if (rule.Match.IsEmpty)
            {
                yield return new L4Route { Origin = source.Subject, Destinations = destinations };
                yield break;
            }

            foreach (var match in rule.Match)
            {
                if (!Applies(source, gateway, listenerPort, match.Port, match.Gateways, match.SourceLabels, match.SourceNamespace))
                    continue;
                yield return new L4Route
                {
                    Origin = source.Subject,
                    DestinationSubnets = match.DestinationSubnets,
                    Destinations = destinations,
                };
                if (match.DestinationSubnets.IsEmpty) yield break;
            }
        }
    }

    private bool Applies(
        VirtualService source,
        string gateway,
        int listenerPort,
        int? port,
        ImmutableArray<string> gateways,
        ImmutableSortedDictionary<string, string> sourceLabels,
        string sourceNamespace)
    {
        if (port is { } wanted && wanted != listenerPort) return false;
        if (!gateways.IsEmpty && !gateways.Any(name => GatewayNames.Resolve(name, source.Metadata.Namespace) == gateway)) return false;
        // As for http rules, gateways in a match replace the test of the source.
        return !gateways.IsEmpty && gateway != GatewayNames.Mesh
               || LabelMatch.Selects(sourceLabels, scope.Labels)
               && (sourceNamespace.Length == 0 || sourceNamespace == scope.Namespace);
    }

    private ImmutableArray<WeightedDestination> Compile(
        ImmutableArray<RouteDestination> route, VirtualService source, int listenerPort)
    {
        var single = route.Length == 1;
        return
        [
            .. route.Where(destination => single || destination.Weight > 0)
                .Select(destination => new WeightedDestination(
                    KeyOf(destination.Destination!, source, listenerPort), single ? 1 : destination.Weight)),
        ];
    }

    private UpstreamKey KeyOf(Destination destination, VirtualService source, int listenerPort)
    {
        var host = HostNames.Complete(destination.Host, source.Metadata.Namespace, options.ClusterDomain).ToLowerInvariant();
        var port = destination.Port?.Number is > 0 and var number ? number : onlyPort(host) ?? listenerPort;
        return new UpstreamKey(host, port, destination.Subset);
    }
}
