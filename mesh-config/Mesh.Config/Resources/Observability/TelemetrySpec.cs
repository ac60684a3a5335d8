using System.Collections.Immutable;
using Mesh.Config.Resources.Security;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Traces, metrics and access logs of some workloads.</summary>
public sealed record TelemetrySpec
{
    public PolicySelector? Selector { get; init; }
    public PolicyTargetReference? TargetRef { get; init; }
    public ImmutableArray<PolicyTargetReference> TargetRefs { get; init; } = [];
    public ImmutableArray<TracingSpec> Tracing { get; init; } = [];
    public ImmutableArray<MetricsSpec> Metrics { get; init; } = [];
    public ImmutableArray<AccessLoggingSpec> AccessLogging { get; init; } = [];

    internal static Schema<TelemetrySpec> Schema { get; } =
        new Schema<TelemetrySpec>("Telemetry", () => new TelemetrySpec())
            .Message("selector", PolicySelector.Schema, x => x.Selector, (x, v) => x with { Selector = v })
            .Message("targetRef", PolicyTargetReference.Schema, x => x.TargetRef, (x, v) => x with { TargetRef = v })
            .Field("targetRefs", Codecs.List(PolicyTargetReference.Schema),
                x => x.TargetRefs, (x, v) => x with { TargetRefs = v })
            .Field("tracing", Codecs.List(TracingSpec.Schema), x => x.Tracing, (x, v) => x with { Tracing = v })
            .Field("metrics", Codecs.List(MetricsSpec.Schema), x => x.Metrics, (x, v) => x with { Metrics = v })
            .Field("accessLogging", Codecs.List(AccessLoggingSpec.Schema),
                x => x.AccessLogging, (x, v) => x with { AccessLogging = v })
            .AcceptSnakeCase();
}
