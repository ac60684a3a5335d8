using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API Gateway; Istio's own Gateway is another kind.</summary>
public sealed record GatewayApiGateway : MeshObject
{
    public GatewayApiGatewaySpec Spec { get; init; } = new();
    public GatewayApiGatewayStatus? Status { get; init; }

    internal static ResourceKind<GatewayApiGateway> Definition { get; } = new(
        "gateway.networking.k8s.io", "Gateway", ["v1", "v1beta1"], namespaced: true,
        header => new GatewayApiGateway
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewayApiGatewaySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Message("status", GatewayApiGatewayStatus.Schema, x => x.Status, (x, v) => x with { Status = v })
            .Check(GatewayApiGatewayRules.Check));
}
