using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio Gateway.</summary>
public sealed record Gateway : MeshObject
{
    public GatewaySpec Spec { get; init; } = new();

    internal static ResourceKind<Gateway> Definition { get; } = new(
        "networking.istio.io", "Gateway", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new Gateway
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", GatewaySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(GatewayRules.Check));
}
