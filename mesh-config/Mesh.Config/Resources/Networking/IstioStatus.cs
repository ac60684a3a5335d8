using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Status of an Istio resource.</summary>
public sealed record IstioStatus
{
    public ImmutableArray<IstioCondition> Conditions { get; init; } = [];

    internal static Schema<IstioStatus> Schema { get; } =
        new Schema<IstioStatus>("IstioStatus", () => new IstioStatus())
            .Field("conditions", Codecs.List(IstioCondition.Schema),
                x => x.Conditions, (x, v) => x with { Conditions = v })
            .Ignore("validationMessages", "observedGeneration")
            .AcceptSnakeCase();
}
