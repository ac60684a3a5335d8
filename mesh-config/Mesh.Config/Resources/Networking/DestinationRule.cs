using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Resources.Networking;

/// <summary>Istio DestinationRule.</summary>
public sealed record DestinationRule : MeshObject
{
    public DestinationRuleSpec Spec { get; init; } = new();

    internal static ResourceKind<DestinationRule> Definition { get; } = new(
        "networking.istio.io", "DestinationRule", ["v1", "v1beta1", "v1alpha3"], namespaced: true,
        header => new DestinationRule
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("spec", DestinationRuleSpec.Schema, x => x.Spec, (x, v) => x with { Spec = v }, required: true)
            .Ignore("status")
            .Check(DestinationRuleRules.Check));
}
