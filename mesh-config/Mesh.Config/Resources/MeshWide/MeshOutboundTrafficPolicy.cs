using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>What happens to calls of hosts that the mesh does not know.</summary>
public sealed record MeshOutboundTrafficPolicy
{
    public OutboundTrafficMode Mode { get; init; }

    internal static Schema<MeshOutboundTrafficPolicy> Schema { get; } =
        new Schema<MeshOutboundTrafficPolicy>("MeshConfig.OutboundTrafficPolicy", () => new MeshOutboundTrafficPolicy())
            .Field("mode", Codecs.Enum<OutboundTrafficMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase();
}
