namespace Mesh.Config.Routing;

/// <summary>What route matching looks at. Build one per request; it holds no state.</summary>
/// <param name="Authority">Host header or <c>:authority</c>, with or without port.</param>
/// <param name="Path">Raw path, without query.</param>
/// <param name="Query">Without the question mark; may be empty.</param>
/// <param name="ListenerPort">Port of the listener that took the request.</param>
/// <param name="Headers">Returns a header's value (several joined by a comma), or null when absent. Names are case-insensitive.</param>
public readonly record struct RouteRequest(
    string Method,
    string Scheme,
    string Authority,
    string Path,
    string Query,
    int ListenerPort,
    Func<string, string?> Headers);
