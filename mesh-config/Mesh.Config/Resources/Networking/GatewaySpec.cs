using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Ports that proxies with the selected labels open.</summary>
public sealed record GatewaySpec
{
    public ImmutableArray<GatewayServerSpec> Servers { get; init; } = [];

    /// <summary>Empty selects every gateway proxy.</summary>
    public ImmutableSortedDictionary<string, string> Selector { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<GatewaySpec> Schema { get; } =
        new Schema<GatewaySpec>("Gateway", () => new GatewaySpec())
            .Field("servers", Codecs.List(GatewayServerSpec.Schema), x => x.Servers, (x, v) => x with { Servers = v })
            .Field("selector", Codecs.Map(Codecs.Text), x => x.Selector, (x, v) => x with { Selector = v })
            .AcceptSnakeCase();
}
