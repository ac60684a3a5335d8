using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Finds rules of a VirtualService that no request reaches, and conditions that earlier ones take over. Warnings only.</summary>
/// <remarks>
/// Source: istio pkg/config/validation/validation.go, analyzeUnreachableHTTPRules. Like there, only port, method, authority,
/// headers and query parameters are compared when a prefix covers a longer one.
/// </remarks>
internal static class UnreachableRules
{
    public static void Http(ImmutableArray<HttpRouteSpec> routes, RuleScope at)
    {
        Find(routes, route => route.Match, match => Text(HttpMatchRequest.Schema.Write(match with { Name = "" })),
            route => route.Name, match => match.Name, at);
        CoveredPrefixes(routes, at);
    }

    public static void Tls(ImmutableArray<TlsRouteSpec> routes, RuleScope at) => Find(
        routes, route => route.Match, match => Text(TlsMatchAttributes.Schema.Write(match)), _ => "", _ => "", at);

    public static void Tcp(ImmutableArray<TcpRouteSpec> routes, RuleScope at) => Find(
        routes, route => route.Match, match => Text(L4MatchAttributes.Schema.Write(match)), _ => "", _ => "", at);

    private static void Find<TRoute, TMatch>(
        ImmutableArray<TRoute> routes,
        Func<TRoute, ImmutableArray<TMatch>> matchesOf,
        Func<TMatch, string> textOf,
        Func<TRoute, string> routeName,
        Func<TMatch, string> matchName,
        RuleScope at)
    {
        if (routes.Length < 2 && routes.All(route => matchesOf(route).Length < 2)) return;
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var catchAll = false;
        for (var i = 0; i < routes.Length; i++)
        {
            var matches = matchesOf(routes[i]);
            if (matches.IsEmpty)
            {
                if (catchAll) Unreachable(at[i], Name(routeName(routes[i]), i), "only the last rule can have no matches");
                catchAll = true;
                continue;
            }

            var duplicates = 0;
            for (var j = 0; j < matches.Length; j++)
            {
                if (seen.TryAdd(textOf(matches[j]), i)) continue;
                duplicates++;
                var first = seen[textOf(matches[j])];
                Ineffective(at[i]["match"][j], Name(routeName(routes[i]), i), Name(matchName(matches[j]), j), Name(routeName(routes[first]), first));
            }

            if (duplicates == matches.Length) Unreachable(at[i], Name(routeName(routes[i]), i), "all matches used by prior rules");
            else if (catchAll) Unreachable(at[i], Name(routeName(routes[i]), i), "route without matches defined before");
        }
    }

    private static void CoveredPrefixes(ImmutableArray<HttpRouteSpec> routes, RuleScope at)
    {
        var earlier = new List<(int Route, HttpMatchRequest Match)>();
        for (var i = 0; i < routes.Length; i++)
        {
            for (var j = 0; j < routes[i].Match.Length; j++)
            {
                var match = routes[i].Match[j];
                if (match.Uri?.Prefix is null) continue;
                foreach (var (route, covering) in earlier)
                {
                    if (!Covers(covering, match)) continue;
                    Ineffective(at[i]["match"][j], Name(routes[i].Name, i), Name(match.Name, j), Name(routes[route].Name, route));
                    break;
                }

                earlier.Add((i, match));
            }
        }
    }

    private static bool Covers(HttpMatchRequest wide, HttpMatchRequest narrow)
    {
        if (!narrow.Uri!.Prefix!.StartsWith(wide.Uri!.Prefix!, StringComparison.Ordinal)) return false;
        // Found as identical already.
        if (HttpMatchRequest.Schema.Same(wide with { Name = "" }, narrow with { Name = "" })) return false;
        return wide.Port == narrow.Port
               && IsWider(wide.Method, narrow.Method)
               && IsWider(wide.Authority, narrow.Authority)
               && IsSubset(wide.Headers, narrow.Headers)
               && IsSubset(wide.QueryParams, narrow.QueryParams);
    }

    private static bool IsWider(StringMatch? wide, StringMatch? narrow) => wide is null || wide == narrow;

    private static bool IsSubset(ImmutableSortedDictionary<string, StringMatch> wide, ImmutableSortedDictionary<string, StringMatch> narrow) =>
        wide.All(pair => narrow.TryGetValue(pair.Key, out var other) && other == pair.Value);

    private static void Unreachable(RuleScope at, string rule, string reason) =>
        at.Warning($"rule {rule} is never reached: {reason}", DiagnosticCodes.UnreachableRule);

    private static void Ineffective(RuleScope at, string rule, string match, string earlier) =>
        at.Warning($"match {match} of rule {rule} has no effect: rule {earlier} takes the same requests before", DiagnosticCodes.IneffectiveMatch);

    private static string Name(string name, int index) =>
        name.Length > 0 ? $"\"{name}\"" : string.Create(CultureInfo.InvariantCulture, $"#{index}");

    private static string Text(YamlValue value) => YamlText.Format(value);
}
