namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes Service.</summary>
public sealed record Service : MeshObject
{
    public ServiceSpec Spec { get; init; } = new();
    public ServiceStatus? Status { get; init; }

    internal static ResourceKind<Service> Definition { get; } = new(
        "", "Service", ["v1"], namespaced: true,
        header => new Service
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", ServiceSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Message("status", ServiceStatus.Schema, x => x.Status, (x, v) => x with { Status = v }));
}
