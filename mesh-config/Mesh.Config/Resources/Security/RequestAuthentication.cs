using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Security;

/// <summary>Istio RequestAuthentication: which JSON Web Tokens are valid.</summary>
public sealed record RequestAuthentication : MeshObject
{
    public RequestAuthenticationSpec Spec { get; init; } = new();

    internal static ResourceKind<RequestAuthentication> Definition { get; } = new(
        "security.istio.io", "RequestAuthentication", ["v1", "v1beta1"], namespaced: true,
        header => new RequestAuthentication
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", RequestAuthenticationSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status")
            .Check((value, at) => RequestAuthenticationRules.Check(value.Spec, at["spec"])));
}
