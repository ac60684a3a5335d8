using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API GRPCRoute.</summary>
public sealed record GatewayApiGrpcRoute : MeshObject
{
    public GatewayApiGrpcRouteSpec Spec { get; init; } = new();

    internal static ResourceKind<GatewayApiGrpcRoute> Definition { get; } = new(
        "gateway.networking.k8s.io", "GRPCRoute", ["v1", "v1alpha2"], namespaced: true,
        header => new GatewayApiGrpcRoute
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewayApiGrpcRouteSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(GatewayApiGrpcRules.Check));
}
