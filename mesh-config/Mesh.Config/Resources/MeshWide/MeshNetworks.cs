using System.Collections.Immutable;
using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>The networks of the mesh, the key <c>meshNetworks</c> of the ConfigMap <c>istio</c>.</summary>
public sealed record MeshNetworks
{
    /// <summary>By network id.</summary>
    public ImmutableSortedDictionary<string, MeshNetwork> Networks { get; init; } =
        ImmutableSortedDictionary<string, MeshNetwork>.Empty;

    internal static Schema<MeshNetworks> Schema { get; } =
        new Schema<MeshNetworks>("MeshNetworks", () => new MeshNetworks())
            .Field("networks", Codecs.Map(MeshNetwork.Schema), x => x.Networks, (x, v) => x with { Networks = v })
            .AcceptSnakeCase()
            .Check(MeshConfigRules.Networks);
}
