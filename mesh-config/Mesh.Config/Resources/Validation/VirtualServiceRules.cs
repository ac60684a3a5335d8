using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a VirtualService as a whole.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateVirtualService.</remarks>
internal static class VirtualServiceRules
{
    public static void Check(VirtualService value, RuleScope root)
    {
        var (spec, at) = (value.Spec, root["spec"]);
        // Without hosts it is a delegate, which only another VirtualService binds.
        var isDelegate = spec.Hosts.IsEmpty;
        var atGateway = spec.Gateways.Any(gateway => gateway != "mesh");
        var inMesh = spec.Gateways.IsEmpty || spec.Gateways.Contains("mesh");
        if (isDelegate) CheckDelegate(spec, at);
        CommonRules.GatewayNames([.. spec.Gateways.Select(name => name)], at["gateways"]);
        CheckHosts(spec, inMesh, atGateway, at["hosts"]);
        if (spec.Http.IsEmpty && spec.Tls.IsEmpty && spec.Tcp.IsEmpty)
            at.Missing("http, tls or tcp", "a VirtualService without routes does nothing");
        for (var i = 0; i < spec.Http.Length; i++)
        {
            HttpRouteRules.Check(spec.Http[i], isDelegate, at["http"][i]);
            if (!atGateway) CheckClaims(spec.Http[i], at["http"][i]);
        }

        for (var i = 0; i < spec.Tls.Length; i++) CheckTls(spec.Tls[i], spec, at["tls"][i]);
        for (var i = 0; i < spec.Tcp.Length; i++) CheckTcp(spec.Tcp[i], at["tcp"][i]);
        CommonRules.ExportTo(spec.ExportTo, value.Metadata.Namespace, allowNone: false, at["exportTo"]);
        UnreachableRules.Http(spec.Http, at["http"]);
        UnreachableRules.Tls(spec.Tls, at["tls"]);
        UnreachableRules.Tcp(spec.Tcp, at["tcp"]);
    }

    private static void CheckDelegate(VirtualServiceSpec spec, RuleScope at)
    {
        const string why = "only a delegate (http only, no gateways) may leave it out";
        if (!spec.Gateways.IsEmpty || !spec.Tls.IsEmpty || !spec.Tcp.IsEmpty) at.Missing("hosts", why);
    }

    private static void CheckHosts(VirtualServiceSpec spec, bool inMesh, bool atGateway, RuleScope at)
    {
        var allowSni = atGateway && spec.Tls.Any(route => route.Match.Any(match => !match.SniHosts.IsEmpty));
        var sound = true;
        for (var i = 0; i < spec.Hosts.Length; i++)
        {
            var host = spec.Hosts[i];
            if (host == "*" && inMesh)
                at[i].Error("* is not allowed for gateway mesh; name the hosts or name a gateway");
            else if (!HostNames.IsWildcardDomain(host) && !HostNames.IsAddress(host) && !(allowSni && UpstreamKey.TryParseSni(host, out _)))
                at[i].Error($"\"{host}\" is neither a host name (a wildcard only as first label) nor an IP address");
            else
                continue;
            sound = false;
        }

        if (!sound) return;
        for (var i = 0; i < spec.Hosts.Length; i++)
            for (var j = 0; j < i; j++)
                if (HostNames.Covers(spec.Hosts[i], spec.Hosts[j]) || HostNames.Covers(spec.Hosts[j], spec.Hosts[i]))
                    at[i].Error($"\"{spec.Hosts[i]}\" and \"{spec.Hosts[j]}\" overlap; remove one");
    }

    private static void CheckClaims(HttpRouteSpec route, RuleScope at)
    {
        for (var i = 0; i < route.Match.Length; i++)
        {
            foreach (var name in route.Match[i].Headers.Keys.Where(CommonRules.IsClaimHeader))
                at["match"][i]["headers"].Key(name).Error("claims can be matched at gateways only; name a gateway or remove the condition");
            foreach (var name in route.Match[i].WithoutHeaders.Keys.Where(CommonRules.IsClaimHeader))
                at["match"][i]["withoutHeaders"].Key(name).Error("claims can be matched at gateways only; name a gateway or remove the condition");
        }
    }

    private static void CheckTls(TlsRouteSpec route, VirtualServiceSpec spec, RuleScope at)
    {
        if (route.Match.IsEmpty) at.Missing("match", "a tls rule needs at least one");
        for (var i = 0; i < route.Match.Length; i++)
        {
            var match = route.Match[i];
            if (match.SniHosts.IsEmpty) at["match"][i].Missing("sniHosts", "tls rules match by server name");
            for (var j = 0; j < match.SniHosts.Length; j++) CheckSniHost(match.SniHosts[j], spec.Hosts, at["match"][i]["sniHosts"][j]);
            CheckLayer4(match.DestinationSubnets, match.SourceLabels, match.Gateways, at["match"][i]);
        }

        if (route.Route.IsEmpty) at.Missing("route", "the rule does not say where to go");
        HttpRouteRules.Destinations([.. route.Route.Select(destination => destination.Weight)], at["route"]);
    }

    private static void CheckSniHost(string name, ImmutableArray<string> hosts, RuleScope at)
    {
        if (HostNames.IsAddress(name))
            at.Warning($"\"{name}\" is an IP address, which clients do not send as server name; use a host name");
        else if (!HostNames.IsWildcardDomain(name) && !UpstreamKey.TryParseSni(name, out _))
            at.Error($"\"{name}\" is not a host name (a wildcard only as first label)");
        else if (!hosts.Any(host => HostNames.Covers(host, name)))
            at.Error($"\"{name}\" is not covered by hosts ({string.Join(", ", hosts)}); add it there");
    }

    private static void CheckTcp(TcpRouteSpec route, RuleScope at)
    {
        for (var i = 0; i < route.Match.Length; i++)
            CheckLayer4(route.Match[i].DestinationSubnets, route.Match[i].SourceLabels, route.Match[i].Gateways, at["match"][i]);
        if (route.Route.IsEmpty) at.Missing("route", "the rule does not say where to go");
        HttpRouteRules.Destinations([.. route.Route.Select(destination => destination.Weight)], at["route"]);
    }

    private static void CheckLayer4(
        ImmutableArray<string> subnets, ImmutableSortedDictionary<string, string> labels, ImmutableArray<string> gateways, RuleScope at)
    {
        CommonRules.Subnets(subnets, at["destinationSubnets"]);
        CommonRules.Labels(labels, at["sourceLabels"]);
        CommonRules.GatewayNames(gateways, at["gateways"]);
    }
}
