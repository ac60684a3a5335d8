using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Endpoints of a network: those of an address range or of a cluster.</summary>
public sealed record NetworkEndpoints
{
    public string? FromCidr { get; init; }

    /// <summary>Cluster id.</summary>
    public string? FromRegistry { get; init; }

    internal static Schema<NetworkEndpoints> Schema { get; } =
        new Schema<NetworkEndpoints>("Network.NetworkEndpoints", () => new NetworkEndpoints())
            .Field("fromCidr", Codecs.OptionalText, x => x.FromCidr, (x, v) => x with { FromCidr = v })
            .Field("fromRegistry", Codecs.OptionalText, x => x.FromRegistry, (x, v) => x with { FromRegistry = v })
            .AcceptSnakeCase()
            .OneOf("fromCidr", "fromRegistry");
}
