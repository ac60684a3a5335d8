using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Conditions of a TLS rule.</summary>
public sealed record TlsMatchAttributes
{
    public ImmutableArray<string> SniHosts { get; init; } = [];
    public ImmutableArray<string> DestinationSubnets { get; init; } = [];
    public int? Port { get; init; }
    public ImmutableSortedDictionary<string, string> SourceLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string> Gateways { get; init; } = [];
    public string SourceNamespace { get; init; } = "";

    internal static Schema<TlsMatchAttributes> Schema { get; } =
        new Schema<TlsMatchAttributes>("TLSMatchAttributes", () => new TlsMatchAttributes())
            .Field("sniHosts", Codecs.List(Codecs.Text), x => x.SniHosts, (x, v) => x with { SniHosts = v })
            .Field("destinationSubnets", Codecs.List(Codecs.Text),
                x => x.DestinationSubnets, (x, v) => x with { DestinationSubnets = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("sourceLabels", Codecs.Map(Codecs.Text),
                x => x.SourceLabels, (x, v) => x with { SourceLabels = v })
            .Field("gateways", Codecs.List(Codecs.Text), x => x.Gateways, (x, v) => x with { Gateways = v })
            .Field("sourceNamespace", Codecs.Text, x => x.SourceNamespace, (x, v) => x with { SourceNamespace = v })
            .AcceptSnakeCase();
}
