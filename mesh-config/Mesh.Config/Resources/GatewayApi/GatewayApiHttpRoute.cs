using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Gateway API HTTPRoute.</summary>
public sealed record GatewayApiHttpRoute : MeshObject
{
    public GatewayApiHttpRouteSpec Spec { get; init; } = new();

    internal static ResourceKind<GatewayApiHttpRoute> Definition { get; } = new(
        "gateway.networking.k8s.io", "HTTPRoute", ["v1", "v1beta1"], namespaced: true,
        header => new GatewayApiHttpRoute
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewayApiHttpRouteSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(GatewayApiHttpRules.Check));
}
