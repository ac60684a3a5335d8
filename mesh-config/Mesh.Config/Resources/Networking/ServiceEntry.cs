using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio ServiceEntry.</summary>
public sealed record ServiceEntry : MeshObject
{
    public ServiceEntrySpec Spec { get; init; } = new();
    public ServiceEntryStatus? Status { get; init; }

    internal static ResourceKind<ServiceEntry> Definition { get; } = new(
        "networking.istio.io", "ServiceEntry", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new ServiceEntry
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", ServiceEntrySpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Message("status", ServiceEntryStatus.Schema, x => x.Status, (x, v) => x with { Status = v })
            .Check(ServiceEntryRules.Check));
}
