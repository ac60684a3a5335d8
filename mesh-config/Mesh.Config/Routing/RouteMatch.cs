namespace Mesh.Config.Routing;

/// <summary>A route and what the match found.</summary>
/// <param name="MatchedPrefix">The uri prefix that matched, null unless the match was by prefix: what a rewrite replaces.</param>
public readonly record struct RouteMatch(HttpRoute Route, string? MatchedPrefix);
