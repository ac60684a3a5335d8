using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Maglev hash.</summary>
public sealed record MaglevSettings
{
    public uint? TableSize { get; init; }

    internal static Schema<MaglevSettings> Schema { get; } =
        new Schema<MaglevSettings>("MagLev", () => new MaglevSettings())
            .Field("tableSize", Codecs.Optional(Codecs.UInt), x => x.TableSize, (x, v) => x with { TableSize = v })
            .AcceptSnakeCase();
}
