using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Which metrics are reported and how.</summary>
public sealed record MetricsSpec
{
    public ImmutableArray<ProviderReference> Providers { get; init; } = [];
    public ImmutableArray<MetricsOverride> Overrides { get; init; } = [];
    public TimeSpan? ReportingInterval { get; init; }

    internal static Schema<MetricsSpec> Schema { get; } =
        new Schema<MetricsSpec>("Metrics", () => new MetricsSpec())
            .Field("providers", Codecs.List(ProviderReference.Schema),
                x => x.Providers, (x, v) => x with { Providers = v })
            .Field("overrides", Codecs.List(MetricsOverride.Schema),
                x => x.Overrides, (x, v) => x with { Overrides = v })
            .Field("reportingInterval", Codecs.Duration,
                x => x.ReportingInterval, (x, v) => x with { ReportingInterval = v })
            .AcceptSnakeCase();
}
