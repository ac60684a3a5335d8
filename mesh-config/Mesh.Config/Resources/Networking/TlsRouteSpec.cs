using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Routes TLS by SNI without terminating it.</summary>
public sealed record TlsRouteSpec
{
    public ImmutableArray<TlsMatchAttributes> Match { get; init; } = [];
    public ImmutableArray<RouteDestination> Route { get; init; } = [];

    internal static Schema<TlsRouteSpec> Schema { get; } =
        new Schema<TlsRouteSpec>("TLSRoute", () => new TlsRouteSpec())
            .Field("match", Codecs.List(TlsMatchAttributes.Schema), x => x.Match, (x, v) => x with { Match = v })
            .Field("route", Codecs.List(RouteDestination.Schema), x => x.Route, (x, v) => x with { Route = v })
            .AcceptSnakeCase();
}
