using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>0 to 100.</summary>
public sealed record Percent
{
    public double Value { get; init; }

    internal static Schema<Percent> Schema { get; } =
        new Schema<Percent>("Percent", () => new Percent())
            .Field("value", Codecs.Double, x => x.Value, (x, v) => x with { Value = v })
            .AcceptSnakeCase()
            .Check((value, at) =>
            {
                if (value.Value is not (>= 0 and <= 100)) at["value"].Error("must be between 0 and 100");
            });
}
