using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One address of a Node.</summary>
public sealed record NodeAddress
{
    public string Type { get; init; } = "";
    public string Address { get; init; } = "";

    internal static Schema<NodeAddress> Schema { get; } =
        new Schema<NodeAddress>("NodeAddress", () => new NodeAddress())
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("address", Codecs.Text, x => x.Address, (x, v) => x with { Address = v });
}
