using Mesh.Config.Resources;

namespace Mesh.Config.Routing;

/// <summary>
/// Virtual hosts of a gateway's port by the request's authority: exact, then the longest suffix, then <c>*</c>. An exact host is compiled
/// with the first request for it, so that a change costs what it touches however many hosts there are.
/// </summary>
/// <param name="hosts">Knows the VirtualServices.</param>
internal sealed class GatewayRouteTable(GatewayRoutes routes, IGatewayHosts hosts) : HttpRouteTable
{
    private readonly GatewayHostCache _cache = new();

    public override RouteMatch? Match(in RouteRequest request) => Find(RouteAuthority.HostOf(request.Authority))?.Match(request);

    public override IEnumerable<RouteEntry> Entries =>
        from host in hosts.Domains(routes.Port).Concat(routes.ApiRules.Keys).Concat(routes.Wild.Hosts.Select(host => host.Domain))
            .Distinct(StringComparer.Ordinal)
            .Order(Comparer<string>.Create(HostNames.CompareSpecific))
            .Select(Named).OfType<VirtualHost>()
        from rule in host.Rules
        select new RouteEntry(host.Domain, [.. rule.Conditions.Select(condition => condition.ToString())], rule.Route);

    private VirtualHost? Find(ReadOnlySpan<char> authority)
    {
        if (_cache.TryGet(authority, out var known)) return known;
        var name = authority.ToString().ToLowerInvariant();
        var exact = name.StartsWith('*') ? null : Exact(name);
        var found = exact ?? routes.Wild.FindHost(name);
        _cache.Add(name, found, isForeign: exact is null);
        return found;
    }

    private VirtualHost? Named(string domain) =>
        domain.StartsWith('*') ? routes.Wild.Hosts.First(host => host.Domain == domain) : Exact(domain);

    private VirtualHost? Exact(string name)
    {
        var compiled = hosts.Find(routes.Port, name);
        return routes.ApiRules.TryGetValue(name, out var more) ? GatewayHostCompiler.Merge(compiled, name, more) : compiled;
    }
}
