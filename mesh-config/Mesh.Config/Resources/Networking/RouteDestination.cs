using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A weighted destination of a TLS or TCP rule.</summary>
public sealed record RouteDestination
{
    public Destination? Destination { get; init; }
    public int Weight { get; init; }

    internal static Schema<RouteDestination> Schema { get; } =
        new Schema<RouteDestination>("RouteDestination", () => new RouteDestination())
            .Message("destination", Destination.Schema,
                x => x.Destination, (x, v) => x with { Destination = v }, required: true)
            .Field("weight", Codecs.Int, x => x.Weight, (x, v) => x with { Weight = v })
            .AcceptSnakeCase();
}
