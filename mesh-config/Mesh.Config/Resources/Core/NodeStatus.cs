using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Addresses of a Node.</summary>
public sealed record NodeStatus
{
    public ImmutableArray<NodeAddress> Addresses { get; init; } = [];

    internal static Schema<NodeStatus> Schema { get; } =
        new Schema<NodeStatus>("NodeStatus", () => new NodeStatus())
            .Field("addresses", Codecs.List(NodeAddress.Schema), x => x.Addresses, (x, v) => x with { Addresses = v })
            .Open();
}
