using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Priorities and weights by locality.</summary>
public sealed class LocalityTests
{
    private static readonly string[] Localities =
        ["us-east-1/a/1", "us-east-1/a/2", "us-east-1/b", "us-west-2/a", "eu-west-1/a"];

    [Fact]
    public void Without_outlier_detection_all_localities_are_equal()
    {
        Assert.All(Endpoints("loadBalancer: {simple: RANDOM}"), endpoint => Assert.Equal(0, endpoint.Priority));
    }

    [Fact]
    public void With_outlier_detection_the_nearest_come_first()
    {
        Assert.Equal(
            ["0 us-east-1/a/1", "1 us-east-1/a/2", "2 us-east-1/b", "3 eu-west-1/a", "3 us-west-2/a"],
            Describe("outlierDetection: {}"));
    }

    [Fact]
    public void A_failover_rule_prefers_one_region_over_the_others()
    {
        Assert.Equal(
            ["0 us-east-1/a/1", "1 us-east-1/a/2", "2 us-east-1/b", "3 us-west-2/a", "4 eu-west-1/a"],
            Describe("outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: us-east-1, to: us-west-2}]}}"));
    }

    [Fact]
    public void Priorities_are_contiguous_from_0_whatever_is_missing()
    {
        Assert.Equal(
            ["0 eu-west-1/a", "0 us-west-2/a"],
            Describe("outlierDetection: {}", locality => !locality.StartsWith("us-east", StringComparison.Ordinal)));
    }

    [Fact]
    public void Locality_load_balancing_can_be_turned_off()
    {
        Assert.All(
            Endpoints("outlierDetection: {}, loadBalancer: {localityLbSetting: {enabled: false}}"),
            endpoint => Assert.Equal(0, endpoint.Priority));
    }

    [Fact]
    public void Shares_are_distributed_and_other_localities_get_nothing()
    {
        var endpoints = Endpoints("loadBalancer: {localityLbSetting: {distribute: [{from: us-east-1/*, to: {us-east-1/*: 80, us-west-2/*: 20}}]}}");

        Assert.DoesNotContain(endpoints, endpoint => endpoint.Locality.Region == "eu-west-1");
        var total = endpoints.Sum(endpoint => (double)endpoint.Weight);
        Assert.Equal(0.8, endpoints.Where(endpoint => endpoint.Locality.Region == "us-east-1").Sum(endpoint => endpoint.Weight) / total, 3);
        Assert.All(endpoints, endpoint => Assert.Equal(0, endpoint.Priority));
    }

    [Fact]
    public void Labels_can_decide_the_priority()
    {
        Assert.Equal(
            ["0 us-east-1/a/1", "0 us-east-1/a/2", "1 us-east-1/b", "2 eu-west-1/a", "2 us-west-2/a"],
            Describe("outlierDetection: {}, loadBalancer: {localityLbSetting: {failoverPriority: [topology.kubernetes.io/region, topology.kubernetes.io/zone]}}"));
    }

    [Fact]
    public void Zone_aware_balancing_makes_priorities_of_regions_only()
    {
        Assert.Equal(
            ["0 us-east-1/a/1", "0 us-east-1/a/2", "0 us-east-1/b", "1 eu-west-1/a", "1 us-west-2/a"],
            Describe("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {enabled: true}}"));
        Assert.Equal(
            ["0 us-east-1/a/1", "0 us-east-1/a/2", "0 us-east-1/b", "1 us-west-2/a", "2 eu-west-1/a"],
            Describe("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {enabled: true, failover: [{from: us-east-1, to: us-west-2}]}}"));
        Assert.All(Endpoints("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {enabled: false}}"), endpoint => Assert.Equal(0, endpoint.Priority));
        Assert.All(Endpoints("loadBalancer: {zoneAwareLbSetting: {enabled: true}}"), endpoint => Assert.Equal(0, endpoint.Priority));
    }

    [Fact]
    public void Labels_rank_before_regions_in_zone_aware_failover()
    {
        Assert.Equal(
            ["0 us-east-1/a/1", "0 us-east-1/a/2", "0 us-east-1/b", "1 us-west-2/a", "2 eu-west-1/a"],
            Describe("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {enabled: true, failover: [{from: us-east-1, to: us-west-2}], failoverPriority: [topology.istio.io/network]}}"));
    }

    [Theory]
    [InlineData("loadBalancer: {zoneAwareLbSetting: {enabled: true, minClusterSize: 3}}", "", 3)]
    [InlineData("loadBalancer: {zoneAwareLbSetting: {enabled: true}}", "", 6)]
    [InlineData("loadBalancer: {zoneAwareLbSetting: {enabled: false}}", "", null)]
    [InlineData("loadBalancer: {simple: RANDOM}", "", null)]
    [InlineData("loadBalancer: {simple: RANDOM}", "zoneAwareLbSetting: {enabled: true, minClusterSize: 4}", 4)]
    [InlineData("loadBalancer: {localityLbSetting: {enabled: true}}", "zoneAwareLbSetting: {enabled: true, minClusterSize: 4}", null)]
    public void The_policy_tells_from_how_many_endpoints_on_zones_are_looked_at(string policy, string mesh, int? expected)
    {
        Assert.Equal(expected, Load(policy, null, mesh).Policy.ZoneAware?.MinClusterSize);
    }

    private static List<string> Describe(string policy, Func<string, bool>? only = null) =>
        [.. Endpoints(policy, only).Select(endpoint => $"{endpoint.Priority} {endpoint.Locality}")];

    private static ImmutableArray<ProxyEndpoint> Endpoints(string policy, Func<string, bool>? only = null) => Load(policy, only, "").Endpoints;

    private static Upstream Load(string policy, Func<string, bool>? only, string mesh)
    {
        var endpoints = Localities.Where(only ?? (_ => true)).Select((locality, i) => $"{{address: 10.0.0.{i + 1}, locality: {locality}}}");
        var snapshot = TestMesh.Load(("c",
            $$$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: web, namespace: prod}
            spec: {hosts: [web.example.com], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{{{string.Join(", ", endpoints)}}}]}
            ---
            {apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: web, namespace: prod}, spec: {host: web.example.com, trafficPolicy: { {{{policy}}} } } }
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "{{{mesh}}}"}}
            """));
        var scope = new ProxyScope { Namespace = "prod", Locality = new Locality("us-east-1", "a", "1") };
        return snapshot.ViewFrom(scope).FindUpstream(new UpstreamKey("web.example.com", 80))!;
    }
}
