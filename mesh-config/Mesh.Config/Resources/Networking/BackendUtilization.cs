using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Load balancing by reported utilization.</summary>
public sealed record BackendUtilization
{
    public ImmutableArray<string> MetricNamesForComputingUtilization { get; init; } = [];
    public double? ErrorUtilizationPenaltyPercent { get; init; }
    public TimeSpan? WeightUpdatePeriod { get; init; }
    public TimeSpan? WeightExpirationPeriod { get; init; }
    public TimeSpan? WeightStabilizationPeriod { get; init; }

    internal static Schema<BackendUtilization> Schema { get; } =
        new Schema<BackendUtilization>("BackendUtilization", () => new BackendUtilization())
            .Field("metricNamesForComputingUtilization", Codecs.List(Codecs.Text),
                x => x.MetricNamesForComputingUtilization, (x, v) => x with { MetricNamesForComputingUtilization = v })
            .Field("errorUtilizationPenaltyPercent", Codecs.Optional(Codecs.Double),
                x => x.ErrorUtilizationPenaltyPercent, (x, v) => x with { ErrorUtilizationPenaltyPercent = v })
            .Field("weightUpdatePeriod", Codecs.Duration,
                x => x.WeightUpdatePeriod, (x, v) => x with { WeightUpdatePeriod = v })
            .Field("weightExpirationPeriod", Codecs.DurationOrZero,
                x => x.WeightExpirationPeriod, (x, v) => x with { WeightExpirationPeriod = v })
            .Field("weightStabilizationPeriod", Codecs.Duration,
                x => x.WeightStabilizationPeriod, (x, v) => x with { WeightStabilizationPeriod = v })
            .AcceptSnakeCase();
}
