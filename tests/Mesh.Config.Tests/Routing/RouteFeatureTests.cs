using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>Faults, mirrors, cross-origin rules, path rewrites and connection routes of VirtualServices.</summary>
public sealed class RouteFeatureTests
{
    private static readonly UpstreamKey Other = new("other.prod.svc.cluster.local", 8080);

    [Fact]
    public void A_fault_without_percentage_hits_every_request()
    {
        Assert.Equal(
            new RouteFault(TimeSpan.FromSeconds(2), 100, 503, null, 100),
            Route("fault: {delay: {fixedDelay: 2s}, abort: {httpStatus: 503}},").Fault);
    }

    [Fact]
    public void Each_part_of_a_fault_has_its_own_percentage()
    {
        Assert.Equal(
            new RouteFault(TimeSpan.FromSeconds(2), 10, null, "UNAVAILABLE", 0.5),
            Route("fault: {delay: {fixedDelay: 2s, percentage: {value: 10}}, abort: {grpcStatus: UNAVAILABLE, percentage: {value: 0.5}}},").Fault);
    }

    [Theory]
    [InlineData("mirror: {host: other},", 100)]
    [InlineData("mirror: {host: other}, mirrorPercentage: {value: 2.5},", 2.5)]
    [InlineData("mirror: {host: other}, mirrorPercent: 7,", 7)]
    [InlineData("mirrors: [{destination: {host: other}, percentage: {value: 9}}],", 9)]
    public void A_mirror_gets_all_requests_unless_a_percentage_says_otherwise(string text, double percent)
    {
        Assert.Equal(new RouteMirror(Other, percent), Assert.Single(Route(text).Mirrors));
    }

    [Fact]
    public void A_mirror_of_no_percent_is_none()
    {
        Assert.Empty(Route("mirror: {host: other}, mirrorPercentage: {value: 0},").Mirrors);
    }

    [Fact]
    public void Cross_origin_rules_match_whole_origins()
    {
        var cors = Route("corsPolicy: {allowOrigins: [{exact: 'https://a.example'}, {regex: 'https://.*[.]b[.]example'}], allowMethods: [GET], maxAge: 1h, allowCredentials: true},").Cors!;

        Assert.True(cors.AllowsOrigin("https://a.example"));
        Assert.True(cors.AllowsOrigin("https://x.b.example"));
        Assert.False(cors.AllowsOrigin("https://x.b.example.evil"));
        Assert.Equal((TimeSpan.FromHours(1), true, true), (cors.MaxAge, cors.AllowCredentials, cors.ForwardsUnmatchedPreflights));
    }

    [Fact]
    public void Preflights_of_other_origins_can_be_answered_at_the_proxy()
    {
        Assert.False(Route("corsPolicy: {allowOrigins: [{exact: x}], unmatchedPreflights: IGNORE},").Cors!.ForwardsUnmatchedPreflights);
    }

    [Theory]
    [InlineData("/users/(\\d+)/profile", "/profile/\\1", "/users/7/profile", "/profile/7")]
    [InlineData("a", "$1", "/banana", "/b$1n$1n$1")]
    [InlineData("^/v1", "/v2", "/v1/v1", "/v2/v1")]
    public void A_path_can_be_rewritten_by_a_regular_expression(string match, string rewrite, string path, string expected)
    {
        var route = Route($"rewrite: {{uriRegexRewrite: {{match: '{match}', rewrite: '{rewrite}'}}}},");

        Assert.Equal(expected, route.RewritePath!.Apply(path));
    }

    [Fact]
    public void Retries_may_leave_the_locality()
    {
        Assert.True(Route("retries: {attempts: 1, retryRemoteLocalities: true},").Retries.RemoteLocalities);
        Assert.False(Route("").Retries.RemoteLocalities);
    }

    [Fact]
    public void A_tls_rule_goes_by_server_name_and_the_most_specific_name_wins()
    {
        var routes = Connections(
            """
              tls:
              - {match: [{sniHosts: ["*.example.com"]}], route: [{destination: {host: other, port: {number: 1}}}]}
              - {match: [{sniHosts: [a.example.com]}], route: [{destination: {host: other, port: {number: 2}}}]}
            """, "'*.example.com'");

        Assert.Equal(2, L4Route.Find(routes, "a.example.com")!.Destinations[0].Upstream.Port);
        Assert.Equal(1, L4Route.Find(routes, "b.example.com")!.Destinations[0].Upstream.Port);
        Assert.Null(L4Route.Find(routes, "example.com"));
    }

    [Fact]
    public void A_tcp_rule_goes_by_port_and_dialled_address()
    {
        var routes = Connections(
            """
              tcp:
              - {match: [{port: 81}], route: [{destination: {host: web}}]}
              - {match: [{port: 80, destinationSubnets: [10.0.0.0/8]}], route: [{destination: {host: other}}]}
              - {route: [{destination: {host: web}, weight: 1}, {destination: {host: other}, weight: 3}, {destination: {host: nobody}}]}
              - {match: [{port: 80}], route: [{destination: {host: never}}]}
            """, "web");

        Assert.Equal(2, routes.Length);
        Assert.Equal("10.0.0.0/8", Assert.Single(routes[0].DestinationSubnets));
        Assert.Equal([1, 3], routes[1].Destinations.Select(destination => destination.Weight));
    }

    [Fact]
    public void Connections_to_a_service_without_rules_go_to_the_service()
    {
        Assert.Equal(
            new UpstreamKey("other.prod.svc.cluster.local", 8080),
            Assert.Single(View("").OutboundConnectionRoutes("other", 8080)).Destinations[0].Upstream);
    }

    [Fact]
    public void A_passthrough_server_of_a_gateway_routes_by_server_name()
    {
        var view = View(
            """
            ---
            {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: prod}, spec: {selector: {app: edge}, servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*.example.com'], tls: {mode: PASSTHROUGH}}, {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ['*']}]}}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: prod}
            spec:
              hosts: [a.example.com]
              gateways: [g]
              tls: [{match: [{port: 443, sniHosts: [a.example.com]}], route: [{destination: {host: web}}]}]
              tcp: [{match: [{port: 9000}], route: [{destination: {host: other}}]}]
            """, new ProxyScope { Type = ProxyType.Router, Namespace = "prod", Labels = TestMesh.Labels(("app", "edge")) });

        Assert.Equal("web.prod.svc.cluster.local", L4Route.Find(view.Listeners[0].TlsRoutes, "a.example.com")!.Destinations[0].Upstream.Host);
        Assert.Equal(Other, Assert.Single(view.Listeners[1].TcpRoutes).Destinations[0].Upstream);
    }

    [Fact]
    public void A_younger_tls_server_with_a_name_that_is_taken_is_left_out()
    {
        static string Gateway(string name, string created) =>
            $"---\n{{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {{name: {name}, namespace: prod, creationTimestamp: \"{created}\"}}, spec: {{selector: {{app: edge}}, servers: [{{port: {{number: 443, name: https, protocol: HTTPS}}, hosts: [a.example.com], tls: {{mode: SIMPLE, credentialName: {name}}}}}]}}}}\n";

        var listener = Assert.Single(View(
            Gateway("young", "2026-02-01T00:00:00Z") + Gateway("zold", "2026-01-01T00:00:00Z"),
            new ProxyScope { Type = ProxyType.Router, Namespace = "prod", Labels = TestMesh.Labels(("app", "edge")) }).Listeners);

        Assert.Equal("prod/zold", Assert.Single(listener.Servers).Gateway);
    }

    [Fact]
    public void An_own_VirtualService_comes_before_one_exported_by_name_and_that_before_a_public_one()
    {
        static string Source(string space, string exportTo) =>
            $"---\n{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: v, namespace: {space}}}, spec: {{hosts: [web.prod.svc.cluster.local], exportTo: [\"{exportTo}\"], http: [{{route: [{{destination: {{host: web}}}}]}}]}}}}\n";

        var all = Source("a", "*") + Source("b", "shop") + Source("shop", ".");

        Assert.Equal("VirtualService shop/v", Origin(all, "shop"));
        Assert.Equal("VirtualService b/v", Origin(all.Replace(Source("shop", "."), "", StringComparison.Ordinal), "shop"));
        Assert.Equal("VirtualService a/v", Origin(all, "else"));
    }

    private static string Origin(string text, string space) => View(text, new ProxyScope { Namespace = space })
        .OutboundRoutes("web.prod.svc.cluster.local", 80)!
        .Match(new RouteRequest("GET", "http", "web", "/", "", 80, _ => null))!.Value.Route.Origin;

    private static ImmutableArray<L4Route> Connections(string rules, string host) =>
        View(
            $$"""
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: prod}
            spec:
              hosts: [web, {{host}}]

            """.Replace("web, web", "web", StringComparison.Ordinal) + rules).OutboundConnectionRoutes("web", 80);

    private static HttpRoute Route(string rule) => View(
            "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: prod}, spec: {hosts: [web], http: [{"
            + rule + " route: [{destination: {host: web}}]}]}}")
        .OutboundRoutes("web", 80)!.Match(new RouteRequest("GET", "http", "web", "/", "", 80, _ => null))!.Value.Route;

    private static MeshView View(string text, ProxyScope? scope = null) => TestMesh.Load(("c",
            """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: other, namespace: prod}, spec: {ports: [{name: http, port: 8080}]}}

            """ + text))
        .ViewFrom(scope ?? new ProxyScope { Cluster = "c", Namespace = "prod" });
}
