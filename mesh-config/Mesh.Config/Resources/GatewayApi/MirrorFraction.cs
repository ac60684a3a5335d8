using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A share of requests.</summary>
public sealed record MirrorFraction
{
    public int Numerator { get; init; }

    /// <summary>Absent means 100.</summary>
    public int? Denominator { get; init; }

    internal static Schema<MirrorFraction> Schema { get; } =
        new Schema<MirrorFraction>("Fraction", () => new MirrorFraction())
            .Field("numerator", Codecs.Int, x => x.Numerator, (x, v) => x with { Numerator = v }, required: true)
            .Field("denominator", Codecs.Optional(Codecs.Int),
                x => x.Denominator, (x, v) => x with { Denominator = v });
}
