using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>A metric, standard or custom, on one side of a call.</summary>
public sealed record MetricSelector
{
    public StandardMetric? Metric { get; init; }
    public string? CustomMetric { get; init; }
    public WorkloadMode Mode { get; init; }

    internal static Schema<MetricSelector> Schema { get; } =
        new Schema<MetricSelector>("MetricSelector", () => new MetricSelector())
            .Field("metric", Codecs.Optional(Codecs.Enum<StandardMetric>()),
                x => x.Metric, (x, v) => x with { Metric = v })
            .Field("customMetric", Codecs.OptionalText, x => x.CustomMetric, (x, v) => x with { CustomMetric = v })
            .Field("mode", Codecs.Enum<WorkloadMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase()
            .OneOf("metric", "customMetric");
}
