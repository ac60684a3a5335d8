using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>One rule with its conditions, of which any must hold; none at all matches everything.</summary>
internal sealed record RouteRule(HttpRoute Route, ImmutableArray<RequestCondition> Conditions)
{
    public bool IsCatchAll => Conditions.IsEmpty || Conditions.Any(condition => condition.IsCatchAll);

    public RouteMatch? Match(in RouteRequest request)
    {
        // Envoy sees a rule without conditions as prefix "/".
        if (Conditions.IsEmpty) return new RouteMatch(Route, "/");
        foreach (var condition in Conditions)
            if (condition.Matches(request))
                return new RouteMatch(Route, condition.MatchedPrefix(request.Path));
        return null;
    }
}
