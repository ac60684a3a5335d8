using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio WorkloadEntry.</summary>
public sealed record WorkloadEntry : MeshObject
{
    public WorkloadEntrySpec Spec { get; init; } = new();
    public IstioStatus? Status { get; init; }

    internal static ResourceKind<WorkloadEntry> Definition { get; } = new(
        "networking.istio.io", "WorkloadEntry", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new WorkloadEntry
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", WorkloadEntrySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Message("status", IstioStatus.Schema, x => x.Status, (x, v) => x with { Status = v })
            .Check((value, at) => WorkloadRules.Entry(value.Spec, at["spec"])));
}
