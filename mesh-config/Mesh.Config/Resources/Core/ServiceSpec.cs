using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Ports and selector of a Service.</summary>
public sealed record ServiceSpec
{
    public string Type { get; init; } = "";

    /// <summary><c>None</c> for a headless Service.</summary>
    public string ClusterIP { get; init; } = "";

    public ImmutableArray<string> ClusterIPs { get; init; } = [];
    public ImmutableArray<string> ExternalIPs { get; init; } = [];
    public string ExternalName { get; init; } = "";
    public ImmutableSortedDictionary<string, string> Selector { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<ServicePort> Ports { get; init; } = [];
    public string InternalTrafficPolicy { get; init; } = "";
    public string TrafficDistribution { get; init; } = "";
    public bool PublishNotReadyAddresses { get; init; }

    internal static Schema<ServiceSpec> Schema { get; } =
        new Schema<ServiceSpec>("ServiceSpec", () => new ServiceSpec())
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("clusterIP", Codecs.Text, x => x.ClusterIP, (x, v) => x with { ClusterIP = v })
            .Field("clusterIPs", Codecs.List(Codecs.Text), x => x.ClusterIPs, (x, v) => x with { ClusterIPs = v })
            .Field("externalIPs", Codecs.List(Codecs.Text), x => x.ExternalIPs, (x, v) => x with { ExternalIPs = v })
            .Field("externalName", Codecs.Text, x => x.ExternalName, (x, v) => x with { ExternalName = v })
            .Field("selector", Codecs.Map(Codecs.Text), x => x.Selector, (x, v) => x with { Selector = v })
            .Field("ports", Codecs.List(ServicePort.Schema), x => x.Ports, (x, v) => x with { Ports = v })
            .Field("internalTrafficPolicy", Codecs.Text,
                x => x.InternalTrafficPolicy, (x, v) => x with { InternalTrafficPolicy = v })
            .Field("trafficDistribution", Codecs.Text,
                x => x.TrafficDistribution, (x, v) => x with { TrafficDistribution = v })
            .Field("publishNotReadyAddresses", Codecs.Bool,
                x => x.PublishNotReadyAddresses, (x, v) => x with { PublishNotReadyAddresses = v })
            .Ignore("allocateLoadBalancerNodePorts", "externalTrafficPolicy", "healthCheckNodePort", "ipFamilies",
                "ipFamilyPolicy", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges",
                "sessionAffinity", "sessionAffinityConfig")
            .Check(ResourceRules.Service);
}
