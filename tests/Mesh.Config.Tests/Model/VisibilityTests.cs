using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>exportTo, mesh-wide defaults, and what Sidecars import.</summary>
public sealed class VisibilityTests
{
    [Fact]
    public void Without_a_sidecar_everything_that_is_exported_is_seen()
    {
        Assert.Equal(["db.data", "web.prod", "web.shop"], Seen("shop", ""));
    }

    [Theory]
    [InlineData("./*", "web.shop")]
    [InlineData("prod/*", "web.prod")]
    [InlineData("*/*", "db.data web.prod web.shop")]
    [InlineData("*/web.prod.svc.cluster.local", "web.prod")]
    [InlineData("*/*.data.svc.cluster.local", "db.data")]
    [InlineData("shop/web.prod.svc.cluster.local", "")]
    [InlineData("~/*", "")]
    [InlineData("*/*\", \"~prod/*", "db.data web.shop")]
    [InlineData("*/*\", \"~*/web.shop.svc.cluster.local", "db.data web.prod")]
    [InlineData("*/*\", \"~./*", "db.data web.prod")]
    [InlineData("./*\", \"data/*\", \"~data/other.data.svc.cluster.local", "db.data web.shop")]
    [InlineData("~prod/web.prod.svc.cluster.local", "db.data web.shop")]
    public void Egress_hosts_say_what_is_seen(string host, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Seen("shop", Sidecar("s", "shop", $"egress: [{{hosts: [\"{host}\"]}}]"))));
    }

    [Fact]
    public void The_oldest_sidecar_with_a_matching_selector_beats_the_one_without()
    {
        var text = Sidecar("all", "shop", "egress: [{hosts: [\"./*\"]}]", "2020-01-01T00:00:00Z")
                   + Sidecar("young", "shop", "workloadSelector: {labels: {app: cart}}, egress: [{hosts: [\"*/*\"]}]", "2022-01-01T00:00:00Z")
                   + Sidecar("zold", "shop", "workloadSelector: {labels: {app: cart}}, egress: [{hosts: [\"prod/*\"]}]", "2021-01-01T00:00:00Z")
                   + Sidecar("other", "shop", "workloadSelector: {labels: {app: else}}, egress: [{hosts: [\"data/*\"]}]", "2019-01-01T00:00:00Z");

        Assert.Equal(["web.prod"], Seen("shop", text));
    }

    [Fact]
    public void A_sidecar_of_the_root_namespace_is_everybodys_default_and_a_dot_in_it_means_the_client()
    {
        var root = Sidecar("default", "istio-system", "egress: [{hosts: [\"./*\"]}]");

        Assert.Equal(["web.shop"], Seen("shop", root));
        Assert.Equal(["web.prod"], Seen("shop", root + Sidecar("own", "shop", "egress: [{hosts: [\"prod/*\"]}]")));
    }

    [Fact]
    public void A_sidecar_with_a_selector_in_the_root_namespace_does_not_count_elsewhere()
    {
        Assert.Equal(3, Seen("shop", Sidecar("s", "istio-system", "workloadSelector: {labels: {app: cart}}, egress: [{hosts: [\"./*\"]}]")).Length);
    }

    [Fact]
    public void A_sidecar_without_egress_imports_everything()
    {
        Assert.Equal(3, Seen("shop", Sidecar("s", "shop", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}")).Length);
    }

    [Fact]
    public void Gateways_follow_no_sidecar()
    {
        var view = Load(Sidecar("s", "shop", "egress: [{hosts: [\"./*\"]}]")).ViewFrom(new ProxyScope { Type = ProxyType.Router, Namespace = "shop" });

        Assert.Equal(3, view.Upstreams.Count());
    }

    [Fact]
    public void What_an_imported_VirtualService_leads_to_is_imported_along()
    {
        var text = Sidecar("s", "shop", "egress: [{hosts: [\"prod/*\"]}]")
                   + "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: prod}, spec: {hosts: [web], http: [{route: [{destination: {host: db.data.svc.cluster.local}}]}]}}\n---\n";

        Assert.Equal(["db.data", "web.prod"], Seen("shop", text));
    }

    [Fact]
    public void A_VirtualService_that_is_not_imported_does_not_route()
    {
        const string source = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: data}, spec: {hosts: [web.prod.svc.cluster.local], http: [{route: [{destination: {host: db}}]}]}}\n---\n";

        Assert.Equal("VirtualService data/v", Origin(source));
        Assert.Equal("default", Origin(source + Sidecar("s", "shop", "egress: [{hosts: [\"prod/*\"]}]")));
    }

    [Fact]
    public void Unknown_destinations_are_allowed_unless_the_sidecar_or_the_mesh_says_otherwise()
    {
        var mesh = Mesh("outboundTrafficPolicy: {mode: REGISTRY_ONLY}");

        Assert.True(View("shop", "").AllowsUnknownDestinations);
        Assert.False(View("shop", mesh).AllowsUnknownDestinations);
        Assert.True(View("shop", mesh + Sidecar("s", "shop", "outboundTrafficPolicy: {mode: ALLOW_ANY}")).AllowsUnknownDestinations);
    }

    [Fact]
    public void The_mesh_has_a_default_for_services_that_say_nothing_about_export()
    {
        Assert.Equal(["web.shop"], Seen("shop", Mesh("defaultServiceExportTo: [.]")));
    }

    [Fact]
    public void The_mesh_has_a_default_for_VirtualServices_that_say_nothing_about_export()
    {
        const string source = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: data}, spec: {hosts: [web.prod.svc.cluster.local], http: [{route: [{destination: {host: db}}]}]}}\n---\n";

        Assert.Equal("default", Origin(source + Mesh("defaultVirtualServiceExportTo: [.]")));
    }

    [Fact]
    public void The_mesh_has_a_default_traffic_policy_and_connect_timeout()
    {
        var policy = View("shop", Mesh("connectTimeout: 3s\n    defaultTrafficPolicy: {outlierDetection: {consecutive5xxErrors: 8}}"))
            .FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Policy;

        Assert.Equal((TimeSpan.FromSeconds(3), 8), (policy.ConnectTimeout, policy.Outlier!.Consecutive5xxErrors));
    }

    [Theory]
    [InlineData("enableAutoMtls: true", "", ClientTlsMode.Auto)]
    [InlineData("enableAutoMtls: false", "", ClientTlsMode.Disable)]
    [InlineData("enableAutoMtls: false", "ISTIO_MUTUAL", ClientTlsMode.IstioMutual)]
    public void The_mesh_may_use_mTLS_only_where_a_DestinationRule_asks_for_it(string mesh, string mode, ClientTlsMode expected)
    {
        var rule = mode.Length == 0 ? "" : $"{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: r, namespace: prod}}, spec: {{host: web, trafficPolicy: {{tls: {{mode: {mode}}}}}}}}}\n---\n";

        Assert.Equal(expected, View("shop", Mesh(mesh) + rule).FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Tls);
    }

    [Fact]
    public void Services_can_be_made_cluster_local_and_the_built_in_ones_shared()
    {
        const string settings = """
            serviceSettings:
                - {settings: {clusterLocal: true}, hosts: ["*.prod.svc.cluster.local"]}
                - {settings: {clusterLocal: false}, hosts: [web.shop.svc.cluster.local]}
            """;
        static string Slice(string space, string address) =>
            $"{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: w, namespace: {space}, labels: {{kubernetes.io/service-name: web}}}}, addressType: IPv4, endpoints: [{{addresses: [{address}]}}], ports: [{{name: http, port: 80}}]}}\n---\n";

        var view = TestMesh.Load(
                ("c1", Services + Mesh(settings) + Slice("prod", "10.0.0.1") + Slice("shop", "10.0.0.2")),
                ("c2", Services + Slice("prod", "10.1.0.1") + Slice("shop", "10.1.0.2")))
            .ViewFrom(new ProxyScope { Cluster = "c1", Namespace = "shop" });

        Assert.Single(view.FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Endpoints);
        Assert.Equal(2, view.FindUpstream(new UpstreamKey("web.shop.svc.cluster.local", 80))!.Endpoints.Length);
    }

    [Fact]
    public void What_a_delegate_of_an_imported_VirtualService_leads_to_is_imported_along()
    {
        var text = Sidecar("s", "shop", "egress: [{hosts: [\"prod/*\"]}]")
                   + "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: prod}, spec: {hosts: [web], http: [{delegate: {name: d, namespace: data}}]}}\n---\n"
                   + "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: d, namespace: data}, spec: {http: [{route: [{destination: {host: db}}]}]}}\n---\n";

        Assert.Equal(["db.data", "web.prod"], Seen("shop", text));
    }

    private static string Origin(string text) => View("shop", text)
        .OutboundRoutes("web.prod.svc.cluster.local", 80)!
        .Match(new RouteRequest("GET", "http", "web", "/", "", 80, _ => null))!.Value.Route.Origin;

    private static string[] Seen(string space, string text) =>
        [.. View(space, text).Upstreams.Select(upstream => upstream.Key.Host.Replace(".svc.cluster.local", "", StringComparison.Ordinal))];

    private static MeshView View(string space, string text) =>
        Load(text).ViewFrom(new ProxyScope { Namespace = space, Labels = TestMesh.Labels(("app", "cart")) });

    private static MeshSnapshot Load(string text) => TestMesh.Load(("c", Services + text));

    private const string Services = """
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: db, namespace: data}, spec: {ports: [{name: tcp, port: 5432}]}}
        ---

        """;

    private static string Sidecar(string name, string space, string spec, string created = "2024-01-01T00:00:00Z") =>
        $"{{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {{name: {name}, namespace: {space}, creationTimestamp: \"{created}\"}}, spec: {{{spec}}}}}\n---\n";

    private static string Mesh(string config) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio, namespace: istio-system}}\ndata:\n  mesh: |\n    {config}\n---\n";
}
