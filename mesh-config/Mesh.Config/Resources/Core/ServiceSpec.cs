using System.Collections.Immutable;
using Mesh.Config.Resources.Validation;
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

    /// <summary><c>IPv4</c>, <c>IPv6</c>; the first is that of <see cref="ClusterIP"/>.</summary>
    public ImmutableArray<string> IpFamilies { get; init; } = [];

    /// <summary><c>SingleStack</c>, <c>PreferDualStack</c> or <c>RequireDualStack</c>.</summary>
    public string IpFamilyPolicy { get; init; } = "";

    public string ExternalTrafficPolicy { get; init; } = "";
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
            .Field("ipFamilies", Codecs.List(Codecs.Text), x => x.IpFamilies, (x, v) => x with { IpFamilies = v })
            .Field("ipFamilyPolicy", Codecs.Text, x => x.IpFamilyPolicy, (x, v) => x with { IpFamilyPolicy = v })
            .Field("externalTrafficPolicy", Codecs.Text,
                x => x.ExternalTrafficPolicy, (x, v) => x with { ExternalTrafficPolicy = v })
            .Field("internalTrafficPolicy", Codecs.Text,
                x => x.InternalTrafficPolicy, (x, v) => x with { InternalTrafficPolicy = v })
            .Field("trafficDistribution", Codecs.Text,
                x => x.TrafficDistribution, (x, v) => x with { TrafficDistribution = v })
            .Field("publishNotReadyAddresses", Codecs.Bool,
                x => x.PublishNotReadyAddresses, (x, v) => x with { PublishNotReadyAddresses = v })
            .Ignore("allocateLoadBalancerNodePorts", "healthCheckNodePort", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges",
                "sessionAffinity", "sessionAffinityConfig")
            .Check(ObjectRules.Service);
}
