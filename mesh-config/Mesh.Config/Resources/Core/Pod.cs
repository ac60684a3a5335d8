namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes Pod: identity, labels and place of an endpoint.</summary>
public sealed record Pod : MeshObject
{
    public PodSpec Spec { get; init; } = new();
    public PodStatus? Status { get; init; }

    internal static ResourceKind<Pod> Definition { get; } = new(
        "", "Pod", ["v1"], namespaced: true,
        header => new Pod
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", PodSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Message("status", PodStatus.Schema, x => x.Status, (x, v) => x with { Status = v }));
}
