using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Names of single Pods of a headless Service, as a StatefulSet's.</summary>
public sealed class PodNameTests
{
    private const string Pod0 = "db-0.db.prod.svc.cluster.local";

    [Fact]
    public void The_name_of_a_Pod_leads_to_that_Pod_with_the_security_of_its_Service()
    {
        var upstream = View(Text()).FindUpstream(new UpstreamKey(Pod0, 5432))!;

        Assert.Equal("10.0.0.1", Assert.Single(upstream.Endpoints).Address);
        Assert.Equal(Pod0, upstream.Key.Host);
        Assert.Equal("outbound_.5432_._.db.prod.svc.cluster.local", upstream.Sni);
        Assert.Equal(["spiffe://cluster.local/ns/prod/sa/db"], upstream.ExpectedIdentities);
        Assert.Equal(EndpointDiscovery.Endpoints, upstream.Discovery);
        Assert.DoesNotContain(View(Text()).Upstreams, other => other.Key.Host == Pod0);
    }

    [Theory]
    [InlineData("db-0.db.prod.svc.cluster.local")]
    [InlineData("db-0.db.prod.svc")]
    [InlineData("db-0.db.prod")]
    [InlineData("db-0.db")]
    [InlineData("DB-0.db.prod.svc.cluster.local.")]
    public void A_client_may_write_it_as_the_search_path_allows(string host)
    {
        Assert.Equal(Pod0, View(Text()).ResolveHost(host));
        Assert.NotNull(View(Text()).OutboundRoutes(host, 5432));
    }

    [Theory]
    [InlineData("db-7.db.prod.svc.cluster.local", 5432)]
    [InlineData("db-0.db.prod.svc.cluster.local", 80)]
    [InlineData("db-0.other.prod.svc.cluster.local", 5432)]
    [InlineData(".db.prod.svc.cluster.local", 5432)]
    public void A_name_that_no_Pod_has_is_none(string host, int port)
    {
        Assert.Null(View(Text()).FindUpstream(new UpstreamKey(host, port)));
        Assert.Null(View(Text()).OutboundRoutes(host, port));
        Assert.Empty(View(Text()).OutboundConnectionRoutes(host, port));
    }

    [Fact]
    public void Only_Pods_of_a_headless_Service_have_names()
    {
        Assert.Null(View(Text().Replace("clusterIP: None, ", "", StringComparison.Ordinal)).FindUpstream(new UpstreamKey(Pod0, 5432)));
    }

    [Theory]
    [InlineData("hostname: first, subdomain: db", "first.db")]
    [InlineData("subdomain: db", "db-0.db")]
    [InlineData("hostname: first", "")]
    [InlineData("hostname: first, subdomain: else", "")]
    public void The_name_is_the_hostname_below_the_subdomain_which_must_be_the_Service(string spec, string name)
    {
        var view = View(Text().Replace("hostname: db-0, subdomain: db", spec, StringComparison.Ordinal));

        Assert.Equal(name == "first.db", view.FindUpstream(new UpstreamKey("first.db.prod.svc.cluster.local", 5432)) is not null);
        Assert.Equal(name == "db-0.db", view.FindUpstream(new UpstreamKey(Pod0, 5432)) is not null);
    }

    [Fact]
    public void A_slice_may_give_the_hostname()
    {
        var view = View("""
            {apiVersion: v1, kind: Service, metadata: {name: db, namespace: prod}, spec: {clusterIP: None, ports: [{name: tcp, port: 5432}]}}
            ---
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db, namespace: prod, labels: {kubernetes.io/service-name: db}}, addressType: IPv4, endpoints: [{addresses: [10.0.0.1], hostname: db-0}, {addresses: [10.0.0.2], hostname: db-1}], ports: [{name: tcp, port: 5432}]}
            """);

        Assert.Equal("10.0.0.1", Assert.Single(view.FindUpstream(new UpstreamKey(Pod0, 5432))!.Endpoints).Address);
    }

    [Fact]
    public void Of_Pods_of_one_name_in_two_clusters_that_of_the_own_is_meant()
    {
        var there = Text().Replace("10.0.0", "10.9.0", StringComparison.Ordinal);
        string? Address(string cluster) => TestMesh.Load(("c", Text()), ("d", there)).ViewFrom(new ProxyScope { Cluster = cluster, Namespace = "prod" })
            .FindUpstream(new UpstreamKey(Pod0, 5432))!.Endpoints.Single().Address;

        Assert.Equal("10.0.0.1", Address("c"));
        Assert.Equal("10.9.0.1", Address("d"));
    }

    [Fact]
    public void A_Pod_of_another_network_has_no_name_here_since_its_gateway_could_not_tell_it_from_the_others()
    {
        const string gateway = "---\n{apiVersion: v1, kind: Service, metadata: {name: gw, namespace: istio-system, labels: {topology.istio.io/network: n2}}, spec: {externalIPs: [2.2.2.2], ports: [{name: tls, port: 15443}]}}\n";
        var text = Text().Replace("app: db,", "app: db, topology.istio.io/network: n2,", StringComparison.Ordinal) + gateway;
        Upstream? Find(string network) => TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Network = network }).FindUpstream(new UpstreamKey(Pod0, 5432));

        Assert.NotNull(Find("n2"));
        Assert.Null(Find("n1"));
        Assert.Null(Find(""));
    }

    [Fact]
    public void Calls_to_a_Pod_follow_the_routes_of_its_Service()
    {
        var view = View(Text() + "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: prod}, spec: {hosts: [db], http: [{match: [{uri: {prefix: /old}}], route: [{destination: {host: old.example.com, port: {number: 80}}}]}, {timeout: 3s, route: [{destination: {host: db}}]}]}}\n");
        var table = view.OutboundRoutes(Pod0, 5432)!;

        Assert.Equal("old.example.com", Destination(table, "/old"));
        Assert.Equal(Pod0, Destination(table, "/"));
        Assert.Equal(TimeSpan.FromSeconds(3), Match(table, "/").Timeout);
        Assert.Equal(Pod0, Assert.Single(Assert.Single(view.OutboundConnectionRoutes(Pod0, 5432)).Destinations).Upstream.Host);
    }

    private static string Destination(HttpRouteTable table, string path) =>
        Assert.IsType<RouteAction.Forward>(Match(table, path).Action).Destinations.Single().Upstream.Host;

    private static HttpRoute Match(HttpRouteTable table, string path) =>
        table.Match(new RouteRequest("GET", "http", Pod0, path, "", 5432, _ => null))!.Value.Route;

    private static MeshView View(string text) => TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Cluster = "c", Namespace = "prod" });

    private static string Text() => """
        {apiVersion: v1, kind: Service, metadata: {name: db, namespace: prod}, spec: {clusterIP: None, selector: {app: db}, ports: [{name: tcp, port: 5432}]}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: prod, labels: {app: db, security.istio.io/tlsMode: istio}}, spec: {serviceAccountName: db, hostname: db-0, subdomain: db}, status: {podIP: 10.0.0.1}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: db-1, namespace: prod, labels: {app: db, security.istio.io/tlsMode: istio}}, spec: {serviceAccountName: db, hostname: db-1, subdomain: db}, status: {podIP: 10.0.0.2}}

        """;
}
