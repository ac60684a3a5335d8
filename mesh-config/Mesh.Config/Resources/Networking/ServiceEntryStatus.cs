using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Addresses that the control plane gave.</summary>
public sealed record ServiceEntryStatus
{
    public ImmutableArray<IstioCondition> Conditions { get; init; } = [];
    public ImmutableArray<ServiceEntryAddress> Addresses { get; init; } = [];

    internal static Schema<ServiceEntryStatus> Schema { get; } =
        new Schema<ServiceEntryStatus>("ServiceEntryStatus", () => new ServiceEntryStatus())
            .Field("conditions", Codecs.List(IstioCondition.Schema),
                x => x.Conditions, (x, v) => x with { Conditions = v })
            .Field("addresses", Codecs.List(ServiceEntryAddress.Schema),
                x => x.Addresses, (x, v) => x with { Addresses = v })
            .Ignore("validationMessages", "observedGeneration")
            .AcceptSnakeCase();
}
