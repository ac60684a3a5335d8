using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>trafficDistribution of Services, its annotation, and what beats it.</summary>
public sealed class TrafficDistributionTests
{
    [Theory]
    [InlineData("PreferClose")]
    [InlineData("PreferSameZone")]
    public void The_same_zone_is_preferred_without_outlier_detection(string value)
    {
        Assert.Equal(["0 a1", "0 a2", "1 b1", "2 c1"], Describe(Service($"trafficDistribution: {value},")));
    }

    [Fact]
    public void The_same_node_is_preferred_then_the_zone()
    {
        Assert.Equal(["0 a1", "1 a2", "2 b1", "3 c1"], Describe(Service("trafficDistribution: PreferSameNode,")));
    }

    [Fact]
    public void An_annotation_of_the_service_does_the_same()
    {
        Assert.Equal(["0 a1", "0 a2", "1 b1", "2 c1"], Describe(Service("", "networking.istio.io/traffic-distribution: preferclose")));
    }

    [Fact]
    public void An_annotation_of_the_namespace_counts_for_its_services()
    {
        Assert.Equal(["0 a1", "0 a2", "1 b1", "2 c1"], Describe(Service("") + Annotated));
    }

    [Fact]
    public void The_service_s_own_annotation_beats_the_namespace_s_even_when_nobody_knows_its_value()
    {
        Assert.Equal(["0 a1", "0 a2", "0 b1", "0 c1"], Describe(Service("", "networking.istio.io/traffic-distribution: Anything") + Annotated));
    }

    [Fact]
    public void A_locality_setting_of_the_destination_rule_beats_the_service_s_wish()
    {
        Assert.Equal(
            ["0 a1", "0 a2", "0 b1", "0 c1"],
            Describe(Service("trafficDistribution: PreferClose,") + Rule("loadBalancer: {localityLbSetting: {enabled: false}}")));
    }

    [Fact]
    public void Zone_aware_balancing_makes_priorities_of_regions_only()
    {
        Assert.Equal(
            ["0 a1", "0 a2", "0 b1", "1 c1"],
            Describe(Service("") + Rule("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {enabled: true}}")));
    }

    private const string Annotated = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: prod, annotations: {networking.istio.io/traffic-distribution: PreferSameZone}}
        ---

        """;

    private static List<string> Describe(string service)
    {
        var text = service + Node("n1", "us", "a") + Node("n2", "us", "a") + Node("n3", "us", "b") + Node("n4", "eu", "c")
                   + Pod("a1", "n1", 1) + Pod("a2", "n2", 2) + Pod("b1", "n3", 3) + Pod("c1", "n4", 4);
        var view = TestMesh.Load(("c", text)).ViewFrom(
            new ProxyScope { Namespace = "prod", NodeName = "n1", Locality = new Locality("us", "a") });
        return [.. view.FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Endpoints.Select(e => $"{e.Priority} {e.Workload}").Order()];
    }

    private static string Service(string spec, string annotation = "") =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: prod, annotations: { {{annotation}} } }
        spec: { {{spec}} selector: {app: web}, ports: [{name: http, port: 80}]}
        ---

        """;

    private static string Rule(string policy) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: web, namespace: prod}
        spec: {host: web, trafficPolicy: { {{policy}} } }
        ---

        """;

    private static string Node(string name, string region, string zone) =>
        $$"""
        apiVersion: v1
        kind: Node
        metadata: {name: {{name}}, labels: {topology.kubernetes.io/region: {{region}}, topology.kubernetes.io/zone: {{zone}} } }
        ---

        """;

    private static string Pod(string name, string node, int address) =>
        $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, namespace: prod, labels: {app: web} }
        spec: {nodeName: {{node}} }
        status: {podIP: 10.0.0.{{address}} }
        ---

        """;
}
