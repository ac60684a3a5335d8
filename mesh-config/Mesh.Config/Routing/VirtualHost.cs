using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>The rules of one host pattern.</summary>
internal sealed record VirtualHost(string Domain, ImmutableArray<RouteRule> Rules)
{
    public RouteMatch? Match(in RouteRequest request)
    {
        foreach (var rule in Rules)
            if (rule.Match(request) is { } match)
                return match;
        return null;
    }
}
