using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>What the controller reports about a gateway.</summary>
public sealed record GatewayApiGatewayStatus
{
    public ImmutableArray<GatewayAddress> Addresses { get; init; } = [];

    internal static Schema<GatewayApiGatewayStatus> Schema { get; } =
        new Schema<GatewayApiGatewayStatus>("GatewayStatus", () => new GatewayApiGatewayStatus())
            .Field("addresses", Codecs.List(GatewayAddress.Schema),
                x => x.Addresses, (x, v) => x with { Addresses = v })
            .Ignore("conditions", "listeners", "attachedListenerSets");
}
