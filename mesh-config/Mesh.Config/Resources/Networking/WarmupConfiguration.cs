using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Slow start of new endpoints.</summary>
public sealed record WarmupConfiguration
{
    public TimeSpan? Duration { get; init; }
    public double? MinimumPercent { get; init; }
    public double? Aggression { get; init; }

    internal static Schema<WarmupConfiguration> Schema { get; } =
        new Schema<WarmupConfiguration>("WarmupConfiguration", () => new WarmupConfiguration())
            .Field("duration", Codecs.Duration, x => x.Duration, (x, v) => x with { Duration = v }, required: true)
            .Field("minimumPercent", Codecs.Optional(Codecs.Double),
                x => x.MinimumPercent, (x, v) => x with { MinimumPercent = v })
            .Field("aggression", Codecs.Optional(Codecs.Double),
                x => x.Aggression, (x, v) => x with { Aggression = v })
            .AcceptSnakeCase();
}
