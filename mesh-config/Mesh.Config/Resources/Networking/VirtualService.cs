using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio VirtualService.</summary>
public sealed record VirtualService : MeshObject
{
    public VirtualServiceSpec Spec { get; init; } = new();

    internal static ResourceKind<VirtualService> Definition { get; } = new(
        "networking.istio.io", "VirtualService", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new VirtualService
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", VirtualServiceSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(VirtualServiceRules.Check));
}
