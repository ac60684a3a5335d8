using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Where copies of requests go.</summary>
public sealed record HttpMirrorPolicy
{
    public Destination? Destination { get; init; }
    public Percent? Percentage { get; init; }

    internal static Schema<HttpMirrorPolicy> Schema { get; } =
        new Schema<HttpMirrorPolicy>("HTTPMirrorPolicy", () => new HttpMirrorPolicy())
            .Message("destination", Destination.Schema,
                x => x.Destination, (x, v) => x with { Destination = v }, required: true)
            .Message("percentage", Percent.Schema, x => x.Percentage, (x, v) => x with { Percentage = v })
            .AcceptSnakeCase();
}
