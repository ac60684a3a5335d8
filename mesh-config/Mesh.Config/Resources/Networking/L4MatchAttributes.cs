using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Conditions of a TCP rule.</summary>
public sealed record L4MatchAttributes
{
    public ImmutableArray<string> DestinationSubnets { get; init; } = [];
    public int? Port { get; init; }
    public string SourceSubnet { get; init; } = "";
    public ImmutableSortedDictionary<string, string> SourceLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string> Gateways { get; init; } = [];
    public string SourceNamespace { get; init; } = "";

    internal static Schema<L4MatchAttributes> Schema { get; } =
        new Schema<L4MatchAttributes>("L4MatchAttributes", () => new L4MatchAttributes())
            .Field("destinationSubnets", Codecs.List(Codecs.Text),
                x => x.DestinationSubnets, (x, v) => x with { DestinationSubnets = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("sourceSubnet", Codecs.Text, x => x.SourceSubnet, (x, v) => x with { SourceSubnet = v })
            .Field("sourceLabels", Codecs.Map(Codecs.Text),
                x => x.SourceLabels, (x, v) => x with { SourceLabels = v })
            .Field("gateways", Codecs.List(Codecs.Text), x => x.Gateways, (x, v) => x with { Gateways = v })
            .Field("sourceNamespace", Codecs.Text, x => x.SourceNamespace, (x, v) => x with { SourceNamespace = v })
            .AcceptSnakeCase();
}
