using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>What happens to calls of hosts that the mesh does not know.</summary>
public sealed record OutboundTrafficPolicy
{
    public OutboundTrafficMode Mode { get; init; }
    public Destination? EgressProxy { get; init; }

    internal static Schema<OutboundTrafficPolicy> Schema { get; } =
        new Schema<OutboundTrafficPolicy>("OutboundTrafficPolicy", () => new OutboundTrafficPolicy())
            .Field("mode", Codecs.Enum<OutboundTrafficMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .Message("egressProxy", Destination.Schema, x => x.EgressProxy, (x, v) => x with { EgressProxy = v })
            .AcceptSnakeCase();
}
