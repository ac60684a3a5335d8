using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio Sidecar: what the proxies of some workloads see and accept.</summary>
public sealed record Sidecar : MeshObject
{
    public SidecarSpec Spec { get; init; } = new();

    internal static ResourceKind<Sidecar> Definition { get; } = new(
        "networking.istio.io", "Sidecar", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new Sidecar
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", SidecarSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v })
            .Ignore("status")
            .Check((value, at) => SidecarRules.Check(value.Spec, at["spec"])));
}
