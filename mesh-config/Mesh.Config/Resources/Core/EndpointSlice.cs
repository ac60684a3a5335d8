using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes EndpointSlice.</summary>
public sealed record EndpointSlice : MeshObject
{
    public string AddressType { get; init; } = "";
    public ImmutableArray<SliceEndpoint> Endpoints { get; init; } = [];
    public ImmutableArray<SlicePort> Ports { get; init; } = [];

    internal static ResourceKind<EndpointSlice> Definition { get; } = new(
        "discovery.k8s.io", "EndpointSlice", ["v1", "v1beta1"], namespaced: true,
        header => new EndpointSlice
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Field("addressType", Codecs.Text, x => x.AddressType, (x, v) => x with { AddressType = v })
            .Field("endpoints", Codecs.List(SliceEndpoint.Schema), x => x.Endpoints, (x, v) => x with { Endpoints = v })
            .Field("ports", Codecs.List(SlicePort.Schema), x => x.Ports, (x, v) => x with { Ports = v }));
}
