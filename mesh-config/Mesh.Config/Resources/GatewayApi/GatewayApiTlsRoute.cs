using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API TLSRoute.</summary>
public sealed record GatewayApiTlsRoute : MeshObject
{
    public GatewayApiTlsRouteSpec Spec { get; init; } = new();

    internal static ResourceKind<GatewayApiTlsRoute> Definition { get; } = new(
        "gateway.networking.k8s.io", "TLSRoute", ["v1", "v1alpha3", "v1alpha2"], namespaced: true,
        header => new GatewayApiTlsRoute
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewayApiTlsRouteSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(GatewayApiGrpcRules.Check));
}
