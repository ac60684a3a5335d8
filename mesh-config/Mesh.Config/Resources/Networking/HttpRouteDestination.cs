using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A weighted destination of an HTTP rule.</summary>
public sealed record HttpRouteDestination
{
    public Destination? Destination { get; init; }
    public int Weight { get; init; }
    public HeadersSpec? Headers { get; init; }

    internal static Schema<HttpRouteDestination> Schema { get; } =
        new Schema<HttpRouteDestination>("HTTPRouteDestination", () => new HttpRouteDestination())
            .Message("destination", Destination.Schema,
                x => x.Destination, (x, v) => x with { Destination = v }, required: true)
            .Field("weight", Codecs.Int, x => x.Weight, (x, v) => x with { Weight = v })
            .Message("headers", HeadersSpec.Schema, x => x.Headers, (x, v) => x with { Headers = v })
            .AcceptSnakeCase();
}
