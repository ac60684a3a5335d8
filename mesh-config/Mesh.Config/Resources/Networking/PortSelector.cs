using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A service port by number.</summary>
public sealed record PortSelector
{
    public int Number { get; init; }

    internal static Schema<PortSelector> Schema { get; } =
        new Schema<PortSelector>("PortSelector", () => new PortSelector())
            .Field("number", Codecs.Port, x => x.Number, (x, v) => x with { Number = v })
            .AcceptSnakeCase();
}
