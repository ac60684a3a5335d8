namespace Mesh.Config.Routing.GatewayApi;

/// <summary>One match of a route's rule with all that decides which of several matching ones is taken.</summary>
/// <remarks>Source: Gateway API, HTTPRouteRule.matches: the order of precedence across all rules of all routes of a host.</remarks>
/// <param name="PathRank">3 exact, 2 prefix, 1 regular expression, 0 any.</param>
internal sealed record RankedRule(
    RouteRule Rule,
    int PathRank,
    int PathLength,
    bool HasMethod,
    int Headers,
    int QueryParams,
    DateTimeOffset Created,
    string Namespace,
    string Name)
{
    /// <summary>The most specific first; among equals the oldest route, then by name, then as written.</summary>
    public static IEnumerable<RankedRule> Sort(IEnumerable<RankedRule> rules) => rules
        .OrderByDescending(rule => rule.PathRank)
        .ThenByDescending(rule => rule.PathLength)
        .ThenByDescending(rule => rule.HasMethod)
        .ThenByDescending(rule => rule.Headers)
        .ThenByDescending(rule => rule.QueryParams)
        .ThenBy(rule => rule.Created)
        .ThenBy(rule => rule.Namespace, StringComparer.Ordinal)
        .ThenBy(rule => rule.Name, StringComparer.Ordinal);
}
