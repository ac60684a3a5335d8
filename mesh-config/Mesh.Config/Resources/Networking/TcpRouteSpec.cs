using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Routes TCP.</summary>
public sealed record TcpRouteSpec
{
    public ImmutableArray<L4MatchAttributes> Match { get; init; } = [];
    public ImmutableArray<RouteDestination> Route { get; init; } = [];

    internal static Schema<TcpRouteSpec> Schema { get; } =
        new Schema<TcpRouteSpec>("TCPRoute", () => new TcpRouteSpec())
            .Field("match", Codecs.List(L4MatchAttributes.Schema), x => x.Match, (x, v) => x with { Match = v })
            .Field("route", Codecs.List(RouteDestination.Schema), x => x.Route, (x, v) => x with { Route = v })
            .AcceptSnakeCase();
}
