using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Which endpoints a network has and how others reach it.</summary>
public sealed record MeshNetwork
{
    public ImmutableArray<NetworkEndpoints> Endpoints { get; init; } = [];
    public ImmutableArray<MeshNetworkGateway> Gateways { get; init; } = [];

    internal static Schema<MeshNetwork> Schema { get; } =
        new Schema<MeshNetwork>("Network", () => new MeshNetwork())
            .Field("endpoints", Codecs.List(NetworkEndpoints.Schema),
                x => x.Endpoints, (x, v) => x with { Endpoints = v })
            .Field("gateways", Codecs.List(MeshNetworkGateway.Schema),
                x => x.Gateways, (x, v) => x with { Gateways = v })
            .AcceptSnakeCase();
}
