using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Where sidecars send what arrives.</summary>
public sealed record InboundTrafficPolicy
{
    public InboundTrafficMode Mode { get; init; }

    internal static Schema<InboundTrafficPolicy> Schema { get; } =
        new Schema<InboundTrafficPolicy>("MeshConfig.InboundTrafficPolicy", () => new InboundTrafficPolicy())
            .Field("mode", Codecs.Enum<InboundTrafficMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase();
}
