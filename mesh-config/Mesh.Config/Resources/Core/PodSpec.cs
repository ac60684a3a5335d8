using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>What the mesh needs of a Pod.</summary>
public sealed record PodSpec
{
    public string NodeName { get; init; } = "";
    public string ServiceAccountName { get; init; } = "";
    public bool HostNetwork { get; init; }
    public ImmutableArray<Container> Containers { get; init; } = [];

    /// <summary>Among them sidecars that run as long as the Pod does.</summary>
    public ImmutableArray<Container> InitContainers { get; init; } = [];

    public string Hostname { get; init; } = "";
    public string Subdomain { get; init; } = "";

    internal static Schema<PodSpec> Schema { get; } =
        new Schema<PodSpec>("PodSpec", () => new PodSpec())
            .Field("nodeName", Codecs.Text, x => x.NodeName, (x, v) => x with { NodeName = v })
            .Field("serviceAccountName", Codecs.Text,
                x => x.ServiceAccountName, (x, v) => x with { ServiceAccountName = v })
            .Field("hostNetwork", Codecs.Bool, x => x.HostNetwork, (x, v) => x with { HostNetwork = v })
            .Field("containers", Codecs.List(Container.Schema),
                x => x.Containers, (x, v) => x with { Containers = v })
            .Field("initContainers", Codecs.List(Container.Schema),
                x => x.InitContainers, (x, v) => x with { InitContainers = v })
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Field("subdomain", Codecs.Text, x => x.Subdomain, (x, v) => x with { Subdomain = v })
            .Open();
}
