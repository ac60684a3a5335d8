using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Observability;

/// <summary>Istio Telemetry: traces, metrics and access logs of some workloads.</summary>
public sealed record Telemetry : MeshObject
{
    public TelemetrySpec Spec { get; init; } = new();

    internal static ResourceKind<Telemetry> Definition { get; } = new(
        "telemetry.istio.io", "Telemetry", ["v1", "v1alpha1"], namespaced: true,
        header => new Telemetry
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", TelemetrySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status")
            .Check((value, at) => TelemetryRules.Check(value.Spec, at["spec"])));
}
