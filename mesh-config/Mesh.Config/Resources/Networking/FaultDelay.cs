using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Delays requests.</summary>
public sealed record FaultDelay
{
    public TimeSpan? FixedDelay { get; init; }
    public TimeSpan? ExponentialDelay { get; init; }
    public int PercentNumber { get; init; }
    public Percent? Percentage { get; init; }

    internal static Schema<FaultDelay> Schema { get; } =
        new Schema<FaultDelay>("HTTPFaultInjection.Delay", () => new FaultDelay())
            .Field("fixedDelay", Codecs.Duration, x => x.FixedDelay, (x, v) => x with { FixedDelay = v })
            .Field("exponentialDelay", Codecs.Duration,
                x => x.ExponentialDelay, (x, v) => x with { ExponentialDelay = v })
            .Field("percent", Codecs.Int, x => x.PercentNumber, (x, v) => x with { PercentNumber = v })
            .Message("percentage", Percent.Schema, x => x.Percentage, (x, v) => x with { Percentage = v })
            .OneOf("fixedDelay", "exponentialDelay")
            .AcceptSnakeCase();
}
