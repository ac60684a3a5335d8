using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>What cross-origin calls a route allows.</summary>
/// <remarks>Source: Istio CorsPolicy, and the Gateway API's CORS filter.</remarks>
public sealed record RouteCors
{
    internal ImmutableArray<StringCondition> Origins { get; init; } = [];

    /// <summary>The origins for people to read, such as <c>exact https://shop.example</c>.</summary>
    public IEnumerable<string> AllowOrigins => Origins.Select(origin => origin.ToString());

    public ImmutableArray<string> AllowMethods { get; init; } = [];
    public ImmutableArray<string> AllowHeaders { get; init; } = [];
    public ImmutableArray<string> ExposeHeaders { get; init; } = [];

    /// <summary>How long a browser may keep the answer to a preflight; null says nothing about it.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Null says nothing about it.</summary>
    public bool? AllowCredentials { get; init; }

    /// <summary>A preflight from another origin goes on to the destination; false: it is answered here.</summary>
    public bool ForwardsUnmatchedPreflights { get; init; } = true;

    /// <summary>Any of the rule's origins matches the whole value of the <c>Origin</c> header.</summary>
    public bool AllowsOrigin(string origin)
    {
        foreach (var condition in Origins)
            if (condition.Matches(origin))
                return true;
        return false;
    }
}
