using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio WorkloadGroup.</summary>
public sealed record WorkloadGroup : MeshObject
{
    public WorkloadGroupSpec Spec { get; init; } = new();

    internal static ResourceKind<WorkloadGroup> Definition { get; } = new(
        "networking.istio.io", "WorkloadGroup", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new WorkloadGroup
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", WorkloadGroupSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check((value, at) => WorkloadRules.Group(value.Spec, at["spec"])));
}
