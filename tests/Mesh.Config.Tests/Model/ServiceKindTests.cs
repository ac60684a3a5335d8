using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Headless, ExternalName, node-local and cluster-local Services, and who owns a host.</summary>
public sealed class ServiceKindTests
{
    private static readonly UpstreamKey Web = new("web.prod.svc.cluster.local", 80);

    [Fact]
    public void A_sidecar_goes_to_the_pod_of_a_headless_service_that_the_client_dialled()
    {
        var upstream = Find(new ProxyScope { Namespace = "prod" }, ("c", Service("clusterIP: None,") + Pod("web-0", "10.0.0.1")));

        Assert.Equal(EndpointDiscovery.OriginalDestination, upstream!.Discovery);
        Assert.Equal("10.0.0.1", Assert.Single(upstream.Endpoints).Address);
    }

    [Fact]
    public void A_gateway_balances_over_the_pods_of_a_headless_service()
    {
        var scope = new ProxyScope { Type = ProxyType.Router, Namespace = "istio-system" };

        Assert.Equal(EndpointDiscovery.Endpoints, Find(scope, ("c", Service("clusterIP: None,") + Pod("web-0", "10.0.0.1")))!.Discovery);
    }

    [Fact]
    public void An_external_name_stands_for_the_service_it_names()
    {
        var snapshot = TestMesh.Load(("c", Service("") + Pod("web-0", "10.0.0.1") + Alias("old", "web.prod.svc.cluster.local")));
        var view = snapshot.ViewFrom(new ProxyScope { Namespace = "prod" });

        Assert.Equal(Web.Host, view.FindUpstream(Web with { Host = "old.prod.svc.cluster.local" })!.Key.Host);
        Assert.DoesNotContain(view.Upstreams, upstream => upstream.Key.Host.StartsWith("old", StringComparison.Ordinal));
    }

    [Fact]
    public void An_external_name_may_lead_to_another_external_name()
    {
        var text = Service("") + Pod("web-0", "10.0.0.1") + Alias("older", "old.prod.svc.cluster.local") + Alias("old", "web.prod.svc.cluster.local");

        Assert.Equal(Web.Host, Find(new ProxyScope(), Web with { Host = "older.prod.svc.cluster.local" }, ("c", text))!.Key.Host);
    }

    [Fact]
    public void External_names_in_a_circle_lead_nowhere_but_to_DNS()
    {
        var text = Alias("a", "b.prod.svc.cluster.local") + Alias("b", "a.prod.svc.cluster.local");

        Assert.Equal(EndpointDiscovery.Dns, Find(new ProxyScope(), new UpstreamKey("a.prod.svc.cluster.local", 80), ("c", text))!.Discovery);
    }

    [Fact]
    public void An_external_name_outside_the_mesh_is_looked_up_in_DNS_and_called_without_mesh_mtls()
    {
        var upstream = Find(new ProxyScope(), new UpstreamKey("db.prod.svc.cluster.local", 80), ("c", Alias("db", "db.example.com")));

        Assert.Equal(EndpointDiscovery.Dns, upstream!.Discovery);
        Assert.True(upstream.MeshExternal);
        var endpoint = Assert.Single(upstream.Endpoints);
        Assert.Equal(("db.example.com", EndpointTls.Disabled), (endpoint.Address, endpoint.Tls));
    }

    [Fact]
    public void Internal_traffic_policy_Local_keeps_calls_on_the_node()
    {
        var text = Service("internalTrafficPolicy: Local,") + Pod("web-0", "10.0.0.1", "n1") + Pod("web-1", "10.0.0.2", "n2");

        Assert.Equal("10.0.0.2", Assert.Single(Find(new ProxyScope { NodeName = "n2" }, ("c", text))!.Endpoints).Address);
        Assert.Empty(Find(new ProxyScope { NodeName = "n3" }, ("c", text))!.Endpoints);
    }

    [Theory]
    [InlineData("kube-system", "metrics", 1)]
    [InlineData("default", "kubernetes", 1)]
    [InlineData("istio-system", "istiod", 1)]
    [InlineData("prod", "metrics", 2)]
    public void What_every_cluster_has_for_itself_is_not_mixed_with_other_clusters(string space, string name, int endpoints)
    {
        var key = new UpstreamKey($"{name}.{space}.svc.cluster.local", 80);

        Assert.Equal(endpoints, Find(
            new ProxyScope { Cluster = "c1" }, key,
            ("c1", Service("", name, space) + Pod("web-0", "10.0.0.1", space: space)),
            ("c2", Service("", name, space) + Pod("web-0", "10.1.0.1", space: space)))!.Endpoints.Length);
    }

    [Fact]
    public void A_service_entry_of_another_namespace_cannot_take_over_the_host_of_a_service()
    {
        var text = Service("") + Pod("web-0", "10.0.0.1") + Entry("evil", Web.Host, "6.6.6.6", "2020-01-01T00:00:00Z");

        Assert.Equal("10.0.0.1", Assert.Single(Find(new ProxyScope { Namespace = "evil" }, ("c", text))!.Endpoints).Address);
    }

    [Fact]
    public void Each_namespace_may_have_its_own_service_entry_for_a_host()
    {
        var key = new UpstreamKey("api.example.com", 80);
        var text = Entry("a", key.Host, "1.1.1.1", exportTo: ".") + Entry("b", key.Host, "2.2.2.2", exportTo: ".");

        Assert.Equal("1.1.1.1", Assert.Single(Find(new ProxyScope { Namespace = "a" }, key, ("c", text))!.Endpoints).Address);
        Assert.Equal("2.2.2.2", Assert.Single(Find(new ProxyScope { Namespace = "b" }, key, ("c", text))!.Endpoints).Address);
        Assert.Null(Find(new ProxyScope { Namespace = "z" }, key, ("c", text)));
    }

    [Fact]
    public void Of_service_entries_that_everybody_sees_the_oldest_counts()
    {
        var key = new UpstreamKey("api.example.com", 80);
        var text = Entry("a", key.Host, "1.1.1.1", "2024-01-01T00:00:00Z") + Entry("b", key.Host, "2.2.2.2", "2023-01-01T00:00:00Z");

        Assert.Equal("2.2.2.2", Assert.Single(Find(new ProxyScope { Namespace = "a" }, key, ("c", text))!.Endpoints).Address);
    }

    [Fact]
    public void A_service_exported_to_nobody_is_seen_by_nobody()
    {
        Assert.Null(Find(new ProxyScope { Namespace = "prod" }, new UpstreamKey("api.example.com", 80), ("c", Entry("prod", "api.example.com", "1.1.1.1", exportTo: "~"))));
    }

    [Theory]
    [InlineData("NONE", EndpointDiscovery.OriginalDestination)]
    [InlineData("STATIC", EndpointDiscovery.Endpoints)]
    [InlineData("DNS", EndpointDiscovery.Dns)]
    [InlineData("DNS_ROUND_ROBIN", EndpointDiscovery.DnsRoundRobin)]
    public void A_service_entry_says_where_its_addresses_come_from(string resolution, EndpointDiscovery expected)
    {
        var text = $$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: api, namespace: prod}
            spec: {hosts: [api.example.com], resolution: {{resolution}}, ports: [{number: 80, name: http, protocol: HTTP}]}
            """;

        Assert.Equal(expected, Find(new ProxyScope(), new UpstreamKey("api.example.com", 80), ("c", text))!.Discovery);
    }

    [Theory]
    [InlineData("{ready: true}", "", EndpointHealth.Healthy)]
    [InlineData("{}", "", EndpointHealth.Healthy)]
    [InlineData("{ready: false}", "", EndpointHealth.Unhealthy)]
    [InlineData("{ready: false, terminating: true}", "", null)]
    [InlineData("{ready: false, serving: true, terminating: true}", "", null)]
    [InlineData("{ready: false, serving: true, terminating: true}", "istio.io/persistent-session: cookie", EndpointHealth.Draining)]
    [InlineData("{ready: false, serving: false, terminating: true}", "istio.io/persistent-session: cookie", null)]
    public void Slice_conditions_give_the_health(string conditions, string label, EndpointHealth? expected)
    {
        var text = $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: prod, labels: { {{label}} } }
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-1, namespace: prod, labels: {kubernetes.io/service-name: web} }
            addressType: IPv4
            endpoints: [{addresses: [10.0.0.1], conditions: {{conditions}} }]
            ports: [{name: http, port: 8080}]
            """;

        var endpoints = Find(new ProxyScope(), ("c", text))!.Endpoints;

        Assert.Equal(expected, endpoints.IsEmpty ? null : endpoints[0].Health);
    }

    [Fact]
    public void With_a_minimum_of_healthy_endpoints_the_unhealthy_ones_are_not_sent()
    {
        var text = Service("") + Pod("web-0", "10.0.0.1") + Pod("web-1", "10.0.0.2", ready: "False");
        const string rule = """
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: prod}
            spec: {host: web, trafficPolicy: {outlierDetection: {minHealthPercent: 30}}}
            """;

        Assert.Equal(2, Find(new ProxyScope(), ("c", text))!.Endpoints.Length);
        Assert.Single(Find(new ProxyScope(), ("c", text + rule))!.Endpoints);
    }

    private static Upstream? Find(ProxyScope scope, params (string Cluster, string Yaml)[] texts) => Find(scope, Web, texts);

    private static Upstream? Find(ProxyScope scope, UpstreamKey key, params (string Cluster, string Yaml)[] texts) =>
        TestMesh.Load(texts).ViewFrom(scope).FindUpstream(key);

    private static string Service(string spec, string name = "web", string space = "prod") =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: {{space}} }
        spec: { {{spec}} selector: {app: web}, ports: [{name: http, port: 80}]}
        ---

        """;

    private static string Pod(string name, string address, string node = "", string space = "prod", string ready = "True") =>
        $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, namespace: {{space}}, labels: {app: web} }
        spec: {nodeName: "{{node}}"}
        status: {podIP: {{address}}, conditions: [{type: Ready, status: "{{ready}}"}]}
        ---

        """;

    private static string Alias(string name, string target) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: prod}
        spec: {type: ExternalName, externalName: {{target}}, ports: [{name: http, port: 80}]}
        ---

        """;

    private static string Entry(
        string space, string host, string address, string created = "2024-01-01T00:00:00Z", string exportTo = "*") =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: api, namespace: {{space}}, creationTimestamp: "{{created}}"}
        spec:
          hosts: [{{host}}]
          exportTo: ["{{exportTo}}"]
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}]
          endpoints: [{address: {{address}} }]
        ---

        """;
}
