namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API GatewayClass: who implements its gateways.</summary>
public sealed record GatewayClass : MeshObject
{
    public GatewayClassSpec Spec { get; init; } = new();

    internal static ResourceKind<GatewayClass> Definition { get; } = new(
        "gateway.networking.k8s.io", "GatewayClass", ["v1", "v1beta1"], namespaced: false,
        header => new GatewayClass
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewayClassSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status"));
}
