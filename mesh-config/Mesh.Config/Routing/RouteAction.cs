using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>What a matched route does: exactly one of the derived kinds.</summary>
public abstract record RouteAction
{
    private RouteAction()
    {
    }

    /// <summary>Forward to one of the weighted destinations; weights are relative and their sum is above 0.</summary>
    public sealed record Forward(ImmutableArray<WeightedDestination> Destinations) : RouteAction;

    /// <summary>Answer with a redirect. Null parts keep those of the request.</summary>
    public sealed record Redirect(int Code, string? Scheme, string? Authority, int? Port, string? Path) : RouteAction;

    /// <summary>Answer without calling anybody.</summary>
    public sealed record DirectResponse(int Status, string Body) : RouteAction
    {
        /// <summary>Empty unless the body is no text; then <see cref="Body"/> is empty.</summary>
        public ReadOnlyMemory<byte> Bytes { get; init; }
    }
}
