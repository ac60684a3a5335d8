using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>Virtual hosts by the request's authority: exact, then the longest suffix, then <c>*</c>.</summary>
internal sealed class CompiledRouteTable : HttpRouteTable
{
    private readonly FrozenDictionary<string, VirtualHost> _exact;
    private readonly ImmutableArray<VirtualHost> _suffixes;
    private readonly VirtualHost? _any;

    public CompiledRouteTable(ImmutableArray<VirtualHost> hosts)
    {
        Hosts = hosts;
        _exact = hosts.Where(host => !host.Domain.StartsWith('*'))
            .ToFrozenDictionary(host => host.Domain, StringComparer.OrdinalIgnoreCase);
        _suffixes = [.. hosts.Where(host => host.Domain.StartsWith('*') && host.Domain.Length > 1).OrderByDescending(host => host.Domain.Length)];
        _any = hosts.FirstOrDefault(host => host.Domain == "*");
    }

    /// <summary>Answers 404 to everything.</summary>
    public static CompiledRouteTable Empty { get; } = new([]);

    public ImmutableArray<VirtualHost> Hosts { get; }

    /// <summary>A table that looks at no authority: the caller knows the host already.</summary>
    public static CompiledRouteTable ForAnyHost(ImmutableArray<RouteRule> rules) => new([new VirtualHost("*", rules)]);

    public override RouteMatch? Match(in RouteRequest request) => FindHost(HostOf(request.Authority))?.Match(request);

    public override IEnumerable<RouteEntry> Entries =>
        from host in Hosts
        from rule in host.Rules
        select new RouteEntry(host.Domain, [.. rule.Conditions.Select(condition => condition.ToString())], rule.Route);

    /// <summary>The same rules with other routes.</summary>
    public CompiledRouteTable Select(Func<HttpRoute, HttpRoute> change) => new(
    [
        .. Hosts.Select(host => host with { Rules = [.. host.Rules.Select(rule => rule with { Route = change(rule.Route) })] }),
    ]);

    /// <summary>The virtual host for a name without port; null when there is none.</summary>
    public VirtualHost? FindHost(string host)
    {
        if (_exact.TryGetValue(host, out var exact)) return exact;
        foreach (var candidate in _suffixes)
        {
            var suffix = candidate.Domain.AsSpan(1);
            if (host.Length > suffix.Length && host.AsSpan().EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return candidate;
        }

        return _any;
    }

    private static string HostOf(string authority)
    {
        var host = RouteAuthority.HostOf(authority);
        return host.Length == authority.Length ? authority : host.ToString();
    }
}
