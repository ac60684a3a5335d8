using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Shares of the traffic from one locality.</summary>
public sealed record LocalityDistribute
{
    public string From { get; init; } = "";
    public ImmutableSortedDictionary<string, uint> To { get; init; } = ImmutableSortedDictionary<string, uint>.Empty;

    internal static Schema<LocalityDistribute> Schema { get; } =
        new Schema<LocalityDistribute>("LocalityLoadBalancerSetting.Distribute", () => new LocalityDistribute())
            .Field("from", Codecs.Text, x => x.From, (x, v) => x with { From = v })
            .Field("to", Codecs.Map(Codecs.UInt), x => x.To, (x, v) => x with { To = v })
            .AcceptSnakeCase();
}
