using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Which routes may attach to a listener.</summary>
public sealed record AllowedRoutes
{
    public RouteNamespaces? Namespaces { get; init; }
    public ImmutableArray<RouteGroupKind> Kinds { get; init; } = [];

    internal static Schema<AllowedRoutes> Schema { get; } =
        new Schema<AllowedRoutes>("AllowedRoutes", () => new AllowedRoutes())
            .Message("namespaces", RouteNamespaces.Schema, x => x.Namespaces, (x, v) => x with { Namespaces = v })
            .Field("kinds", Codecs.List(RouteGroupKind.Schema), x => x.Kinds, (x, v) => x with { Kinds = v });
}
