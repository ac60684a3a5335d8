using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Security;

/// <summary>Istio AuthorizationPolicy: who may do what.</summary>
public sealed record AuthorizationPolicy : MeshObject
{
    public AuthorizationPolicySpec Spec { get; init; } = new();

    internal static ResourceKind<AuthorizationPolicy> Definition { get; } = new(
        "security.istio.io", "AuthorizationPolicy", ["v1", "v1beta1"], namespaced: true,
        header => new AuthorizationPolicy
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", AuthorizationPolicySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status")
            .Check((value, at) => AuthorizationRules.Check(value.Spec, at["spec"])));
}
