namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API ReferenceGrant: lets objects of other namespaces refer to objects of this one.</summary>
public sealed record ReferenceGrant : MeshObject
{
    public ReferenceGrantSpec Spec { get; init; } = new();

    internal static ResourceKind<ReferenceGrant> Definition { get; } = new(
        "gateway.networking.k8s.io", "ReferenceGrant", ["v1beta1", "v1", "v1alpha2"], namespaced: true,
        header => new ReferenceGrant
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", ReferenceGrantSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status"));
}
