using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Compiles the rules that VirtualServices give to hosts of one port of a gateway.</summary>
internal sealed class GatewayHostCompiler(GatewayDomains domains, RouteCompiler routes, ServedPort port)
{
    /// <summary>All hosts of some VirtualServices and those that are redirected to HTTPS, in lower case, in no order.</summary>
    /// <param name="sources">By age: so do the rules of several VirtualServices for one host follow each other.</param>
    /// <param name="wanted">Which hosts are asked for.</param>
    public Dictionary<string, VirtualHost> Compile(ImmutableArray<VirtualService> sources, Func<string, bool> wanted)
    {
        var hosts = new Dictionary<string, List<RouteRule>>(StringComparer.Ordinal);
        var redirected = new HashSet<string>(StringComparer.Ordinal);
        var added = new HashSet<(string Domain, string Space, string Name)>();
        foreach (var server in port.Servers)
        {
            if (server.RedirectsToHttps)
                redirected.UnionWith(server.Server.Hosts.Select(host => GatewayDomains.HostOf(host).ToLowerInvariant()).Where(wanted));
            foreach (var source in sources)
            {
                if (!domains.IsBound(source, server)) continue;
                var found = domains.Of(source, server);
                found.RemoveWhere(domain => !wanted(domain));
                // A narrower host of a VirtualService is redirected like the server's.
                if (server.RedirectsToHttps) redirected.UnionWith(found);
                else Add(hosts, added, found, source, server);
            }
        }

        var compiled = hosts.ToDictionary(pair => pair.Key, pair => new VirtualHost(pair.Key, Sort(pair.Value)), StringComparer.Ordinal);
        foreach (var host in redirected) compiled[host] = new VirtualHost(host, [HttpsRedirectRule(host)]);
        return compiled;
    }

    /// <summary>The host with further rules after its own; a host that is redirected has no others.</summary>
    public static VirtualHost Merge(VirtualHost? host, string domain, ImmutableArray<RouteRule> more) => host switch
    {
        null => new VirtualHost(domain, Sort(more)),
        { Rules: [{ Route: var route }] } when IsHttpsRedirect(route, domain) => host,
        _ => host with { Rules = Sort([.. host.Rules, .. more]) },
    };

    private void Add(
        Dictionary<string, List<RouteRule>> hosts,
        HashSet<(string Domain, string Space, string Name)> added,
        HashSet<string> found,
        VirtualService source,
        PortServer server)
    {
        if (found.Count == 0) return;
        var rules = routes.Compile(source, server.GatewayName, port.Number).ToArray();
        foreach (var domain in found)
        {
            // Two servers of the port may lead to the same VirtualService.
            if (!added.Add((domain, source.Metadata.Namespace, source.Metadata.Name))) continue;
            if (!hosts.TryGetValue(domain, out var list)) hosts.Add(domain, list = []);
            list.AddRange(rules);
        }
    }

    /// <summary>Catch-all rules go last, otherwise those of one VirtualService would hide another's.</summary>
    private static ImmutableArray<RouteRule> Sort(IReadOnlyCollection<RouteRule> rules) =>
        [.. rules.Where(rule => !rule.IsCatchAll), .. rules.Where(rule => rule.IsCatchAll)];

    private static bool IsHttpsRedirect(HttpRoute route, string host) => route.Origin == OriginOf(host);

    private static RouteRule HttpsRedirectRule(string host) => new(
        new HttpRoute
        {
            Name = "https-redirect",
            Origin = OriginOf(host),
            Action = new RouteAction.Redirect(301, "https", null, null, null),
        },
        []);

    private static string OriginOf(string host) => $"httpsRedirect {host}";
}
