using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Security;

/// <summary>Istio PeerAuthentication.</summary>
public sealed record PeerAuthentication : MeshObject
{
    public PeerAuthenticationSpec Spec { get; init; } = new();

    internal static ResourceKind<PeerAuthentication> Definition { get; } = new(
        "security.istio.io", "PeerAuthentication", ["v1", "v1beta1"], namespaced: true,
        header => new PeerAuthentication
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", PeerAuthenticationSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status")
            .Check((value, at) => PolicyRules.PeerAuthentication(value.Spec, at["spec"])));
}
