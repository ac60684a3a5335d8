using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Ring hash.</summary>
public sealed record RingHashSettings
{
    public uint? MinimumRingSize { get; init; }

    internal static Schema<RingHashSettings> Schema { get; } =
        new Schema<RingHashSettings>("RingHash", () => new RingHashSettings())
            .Field("minimumRingSize", Codecs.Optional(Codecs.UInt),
                x => x.MinimumRingSize, (x, v) => x with { MinimumRingSize = v })
            .AcceptSnakeCase();
}
