using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Passive health checking.</summary>
public sealed record OutlierDetection
{
    public int ConsecutiveErrors { get; init; }
    public bool SplitExternalLocalOriginErrors { get; init; }
    public uint? ConsecutiveLocalOriginFailures { get; init; }
    public uint? ConsecutiveGatewayErrors { get; init; }
    public uint? Consecutive5xxErrors { get; init; }
    public TimeSpan? Interval { get; init; }
    public TimeSpan? BaseEjectionTime { get; init; }
    public int MaxEjectionPercent { get; init; }
    public int MinHealthPercent { get; init; }
    public ImmutableArray<uint> OutlierDetectionHttpErrorCodes { get; init; } = [];

    internal static Schema<OutlierDetection> Schema { get; } =
        new Schema<OutlierDetection>("OutlierDetection", () => new OutlierDetection())
            .Field("consecutiveErrors", Codecs.Int,
                x => x.ConsecutiveErrors, (x, v) => x with { ConsecutiveErrors = v })
            .Field("splitExternalLocalOriginErrors", Codecs.Bool,
                x => x.SplitExternalLocalOriginErrors, (x, v) => x with { SplitExternalLocalOriginErrors = v })
            .Field("consecutiveLocalOriginFailures", Codecs.Optional(Codecs.UInt),
                x => x.ConsecutiveLocalOriginFailures, (x, v) => x with { ConsecutiveLocalOriginFailures = v })
            .Field("consecutiveGatewayErrors", Codecs.Optional(Codecs.UInt),
                x => x.ConsecutiveGatewayErrors, (x, v) => x with { ConsecutiveGatewayErrors = v })
            .Field("consecutive5xxErrors", Codecs.Optional(Codecs.UInt),
                x => x.Consecutive5xxErrors, (x, v) => x with { Consecutive5xxErrors = v })
            .Field("interval", Codecs.Duration, x => x.Interval, (x, v) => x with { Interval = v })
            .Field("baseEjectionTime", Codecs.Duration,
                x => x.BaseEjectionTime, (x, v) => x with { BaseEjectionTime = v })
            .Field("maxEjectionPercent", Codecs.Int,
                x => x.MaxEjectionPercent, (x, v) => x with { MaxEjectionPercent = v })
            .Field("minHealthPercent", Codecs.Int, x => x.MinHealthPercent, (x, v) => x with { MinHealthPercent = v })
            .Field("outlierDetectionHttpErrorCodes", Codecs.List(Codecs.UInt),
                x => x.OutlierDetectionHttpErrorCodes, (x, v) => x with { OutlierDetectionHttpErrorCodes = v })
            .AcceptSnakeCase();
}
