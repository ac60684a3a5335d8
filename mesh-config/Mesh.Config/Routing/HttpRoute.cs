using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>One compiled HTTP rule: the answer of <see cref="HttpRouteTable.Match"/>.</summary>
public sealed record HttpRoute
{
    /// <summary>Name of the rule, else <c>#index</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>VirtualService ns/name</c> the rule came from, or <c>default</c> for a service without one.</summary>
    public required string Origin { get; init; }

    public required RouteAction Action { get; init; }

    /// <summary>Replaces the matched prefix, or the whole path when the match was exact or regex; null leaves the path.</summary>
    public string? RewriteUri { get; init; }

    /// <summary>Rewrites the path by a regular expression; null when there is none.</summary>
    public PathRewrite? RewritePath { get; init; }

    public string? RewriteAuthority { get; init; }

    /// <summary>Whole request including retries; null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;
    public HeaderOperations Headers { get; init; } = HeaderOperations.None;

    /// <summary>Null: no fault is injected.</summary>
    public RouteFault? Fault { get; init; }

    public ImmutableArray<RouteMirror> Mirrors { get; init; } = [];

    /// <summary>Null: cross-origin calls are nothing special.</summary>
    public RouteCors? Cors { get; init; }
}
