using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Which connections workloads accept.</summary>
public sealed record PeerAuthenticationSpec
{
    public PolicySelector? Selector { get; init; }
    public MutualTls? Mtls { get; init; }

    /// <summary>By workload port.</summary>
    public ImmutableSortedDictionary<int, MutualTls> PortLevelMtls { get; init; } =
        ImmutableSortedDictionary<int, MutualTls>.Empty;

    internal static Schema<PeerAuthenticationSpec> Schema { get; } =
        new Schema<PeerAuthenticationSpec>("PeerAuthentication", () => new PeerAuthenticationSpec())
            .Message("selector", PolicySelector.Schema, x => x.Selector, (x, v) => x with { Selector = v })
            .Message("mtls", MutualTls.Schema, x => x.Mtls, (x, v) => x with { Mtls = v })
            .Field("portLevelMtls", Codecs.PortMap(MutualTls.Schema),
                x => x.PortLevelMtls, (x, v) => x with { PortLevelMtls = v })
            .AcceptSnakeCase();
}
