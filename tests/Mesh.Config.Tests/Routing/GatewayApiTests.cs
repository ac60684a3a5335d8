using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>Gateway API resources, compiled into the same routes as VirtualServices.</summary>
public sealed class GatewayApiTests
{
    [Theory]
    [InlineData("/a", true)]
    [InlineData("/a/", true)]
    [InlineData("/a/b", true)]
    [InlineData("/ab", false)]
    public void A_path_prefix_is_one_of_whole_segments(string path, bool matches)
    {
        Assert.Equal(matches, Match(Route("matches: [{path: {type: PathPrefix, value: /a}}],"), path) is not null);
    }

    [Fact]
    public void A_slash_at_the_end_of_a_prefix_means_nothing()
    {
        Assert.NotNull(Match(Route("matches: [{path: {type: PathPrefix, value: /a/}}],"), "/a"));
    }

    [Fact]
    public void A_rule_without_matches_is_for_every_path()
    {
        Assert.Equal("web.prod.svc.cluster.local", Destination(Match(Route(""), "/x")));
    }

    [Fact]
    public void The_most_specific_match_of_all_routes_wins_whatever_their_order()
    {
        var text = Route("matches: [{path: {type: PathPrefix, value: /}}],", "r1", created: "2020-01-01T00:00:00Z")
                   + Route("matches: [{path: {type: PathPrefix, value: /a}}],", "r2")
                   + Route("matches: [{path: {type: PathPrefix, value: /a/b}}],", "r3")
                   + Route("matches: [{path: {type: Exact, value: /a}}],", "r4")
                   + Route("matches: [{path: {type: PathPrefix, value: /a}, method: GET}],", "r5")
                   + Route("matches: [{path: {type: PathPrefix, value: /a}, headers: [{name: x, value: y}, {name: z, value: y}]}],", "r6")
                   + Route("matches: [{path: {type: PathPrefix, value: /c}, queryParams: [{name: q, value: y}]}],", "r7")
                   + Route("matches: [{path: {type: PathPrefix, value: /c}}],", "r8")
                   + Route("matches: [{path: {type: RegularExpression, value: '/a.*'}}],", "r9");

        Assert.Equal("HTTPRoute prod/r4", Match(text, "/a", method: "POST")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r3", Match(text, "/a/b")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r5", Match(text, "/a/x")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r6", Match(text, "/a/x", method: "POST", headers: "y")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r2", Match(text, "/a/x", method: "POST")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r7", Match(text, "/c", query: "q=y")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/r1", Match(text, "/else")!.Value.Route.Origin);
    }

    [Fact]
    public void Of_equal_matches_the_oldest_route_wins_then_the_first_by_name()
    {
        Assert.Equal("HTTPRoute prod/b", Match(Route("", "a") + Route("", "b", created: "2020-01-01T00:00:00Z"), "/")!.Value.Route.Origin);
        Assert.Equal("HTTPRoute prod/a", Match(Route("", "b") + Route("", "a"), "/")!.Value.Route.Origin);
    }

    [Theory]
    [InlineData("/a", "/x", "/a/b", "/x/b")]
    [InlineData("/a", "/x/", "/a/b", "/x/b")]
    [InlineData("/a", "/", "/a/b", "/b")]
    [InlineData("/a", "/", "/a", "/")]
    [InlineData("/", "/x", "/b", "/x/b")]
    [InlineData("/a", "/x", "/a", "/x")]
    public void A_prefix_is_replaced_without_doubling_slashes(string prefix, string replacement, string path, string expected)
    {
        var match = Match(Route($"matches: [{{path: {{value: {prefix}}}}}], filters: [{{type: URLRewrite, urlRewrite: {{path: {{type: ReplacePrefixMatch, replacePrefixMatch: {replacement}}}}}}}],"), path)!.Value;

        Assert.Equal(expected, match.Route.RewriteUri + path[match.MatchedPrefix!.Length..]);
    }

    [Fact]
    public void A_whole_path_and_host_can_be_replaced()
    {
        var match = Match(Route("filters: [{type: URLRewrite, urlRewrite: {hostname: in.example, path: {type: ReplaceFullPath, replaceFullPath: /one}}}],"), "/a/b")!.Value;

        Assert.Equal(("/one", null, "in.example"), (match.Route.RewriteUri, match.MatchedPrefix, match.Route.RewriteAuthority));
    }

    [Fact]
    public void A_redirect_is_302_and_keeps_the_port_of_the_listener_unless_it_names_a_scheme()
    {
        static RouteAction Action(string redirect) =>
            Match(Route($"filters: [{{type: RequestRedirect, requestRedirect: {{{redirect}}}}}],", backends: ""), "/")!.Value.Route.Action;

        Assert.Equal(new RouteAction.Redirect(302, null, "x.example", 80, null), Action("hostname: x.example"));
        Assert.Equal(new RouteAction.Redirect(301, "https", null, null, null), Action("scheme: https, statusCode: 301"));
    }

    [Fact]
    public void Header_filters_mirrors_timeouts_and_retries_come_through()
    {
        var route = Match(Route(
            """
            filters:
                [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "1"}], add: [{name: b, value: "2"}], remove: [c]}},
                 {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [server]}},
                 {type: RequestMirror, requestMirror: {backendRef: {name: web, port: 80}, percent: 5}}],
                timeouts: {request: 10s, backendRequest: 2s}, retry: {attempts: 4, codes: [503], backoff: 100ms},
            """), "/")!.Value.Route;

        Assert.Equal([KeyValuePair.Create("a", "1")], route.Headers.RequestSet);
        Assert.Equal([KeyValuePair.Create("b", "2")], route.Headers.RequestAdd);
        Assert.Equal(["c"], route.Headers.RequestRemove);
        Assert.Equal(["server"], route.Headers.ResponseRemove);
        Assert.Equal(5, Assert.Single(route.Mirrors).Percent);
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), 4), (route.Timeout, route.Retries.PerTryTimeout, route.Retries.Attempts));
        Assert.Equal([503], route.Retries.RetriableStatusCodes);
    }

    [Fact]
    public void Weights_are_relative_and_absent_means_1()
    {
        var forward = Assert.IsType<RouteAction.Forward>(
            Match(Route("", backends: "{name: web, port: 80}, {name: web, port: 80, weight: 3}, {name: web, port: 80, weight: 0}"), "/")!.Value.Route.Action);

        Assert.Equal([1, 3], forward.Destinations.Select(destination => destination.Weight));
    }

    [Theory]
    [InlineData("{name: nobody, port: 80}")]
    [InlineData("{name: web, port: 81}")]
    [InlineData("{name: web, port: 80, weight: 0}")]
    [InlineData("{name: web, namespace: shop, port: 80}")]
    [InlineData("{group: example.com, kind: Thing, name: web, port: 80}")]
    [InlineData("")]
    public void A_rule_without_a_backend_that_exists_answers_500(string backends)
    {
        Assert.Equal(new RouteAction.DirectResponse(500, ""), Match(Route("", backends: backends), "/")!.Value.Route.Action);
    }

    [Fact]
    public void A_filter_that_cannot_be_executed_is_not_skipped()
    {
        Assert.Equal(
            new RouteAction.DirectResponse(500, ""),
            Match(Route("filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: F, name: f}}],"), "/")!.Value.Route.Action);
    }

    [Theory]
    [InlineData("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: prod}], to: [{group: \"\", kind: Service}]", true)]
    [InlineData("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: prod}], to: [{group: \"\", kind: Service, name: web}]", true)]
    [InlineData("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: prod}], to: [{group: \"\", kind: Service, name: db}]", false)]
    [InlineData("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: else}], to: [{group: \"\", kind: Service}]", false)]
    [InlineData("from: [{group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: prod}], to: [{group: \"\", kind: Service}]", false)]
    public void A_backend_in_another_namespace_needs_a_grant_there(string grant, bool granted)
    {
        var text = Route("", backends: "{name: web, namespace: shop, port: 80}")
                   + $"{{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {{name: g, namespace: shop}}, spec: {{{grant}}}}}\n---\n";

        Assert.Equal(granted, Match(text, "/")!.Value.Route.Action is RouteAction.Forward);
    }

    [Theory]
    [InlineData("", "prod", false)]
    [InlineData("allowedRoutes: {namespaces: {from: All}},", "prod", true)]
    [InlineData("allowedRoutes: {namespaces: {from: Same}},", "edge", true)]
    [InlineData("allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}},", "prod", true)]
    [InlineData("allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: NotIn, values: [a]}]}}},", "prod", false)]
    [InlineData("allowedRoutes: {namespaces: {from: All}, kinds: [{kind: GRPCRoute}]},", "prod", false)]
    public void A_listener_says_whose_routes_it_admits(string listener, string space, bool admitted)
    {
        var routes = Load(Gateway(listener) + Route("", space: space, backends: "{name: web, namespace: prod, port: 80}")).Routes;

        Assert.Equal(admitted, routes.Match(Request("/")) is not null);
    }

    [Theory]
    [InlineData("hostname: '*.example.com',", "[]", "a.example.com", true)]
    [InlineData("hostname: '*.example.com',", "[]", "example.org", false)]
    [InlineData("hostname: '*.example.com',", "[a.example.com]", "b.example.com", false)]
    [InlineData("hostname: a.example.com,", "['*.example.com']", "a.example.com", true)]
    [InlineData("hostname: a.example.com,", "['*.example.com']", "b.example.com", false)]
    [InlineData("hostname: a.example.com,", "[example.org]", "example.org", false)]
    [InlineData("", "[example.org]", "example.org", true)]
    public void Hosts_of_listener_and_route_are_intersected(string listener, string hosts, string authority, bool matches)
    {
        var routes = Load(Gateway("allowedRoutes: {namespaces: {from: All}}, " + listener) + Route("", spec: $"hostnames: {hosts},")).Routes;

        Assert.Equal(matches, routes.Match(Request("/", authority)) is not null);
    }

    [Theory]
    [InlineData("sectionName: http", true)]
    [InlineData("sectionName: other", false)]
    [InlineData("port: 80", true)]
    [InlineData("port: 81", false)]
    public void A_route_may_name_one_listener(string parent, bool attached)
    {
        Assert.Equal(attached, Match(Route("", parent: $", {parent}"), "/") is not null);
    }

    [Theory]
    [InlineData("{method: {service: shop.Cart, method: Add}}", "/shop.Cart/Add", true)]
    [InlineData("{method: {service: shop.Cart, method: Add}}", "/shop.Cart/Remove", false)]
    [InlineData("{method: {service: shop.Cart}}", "/shop.Cart/Remove", true)]
    [InlineData("{method: {service: shop.Cart}}", "/shop.Carts/Remove", false)]
    [InlineData("{method: {method: Add}}", "/any.Service/Add", true)]
    [InlineData("{method: {type: RegularExpression, service: 'shop[.].*', method: A.*}}", "/shop.X/Any", true)]
    public void A_grpc_method_is_the_path(string match, string path, bool matches)
    {
        var text = Gateway(All) + $"{{apiVersion: gateway.networking.k8s.io/v1, kind: GRPCRoute, metadata: {{name: g, namespace: prod}}, spec: {{parentRefs: [{{name: gw, namespace: edge}}], rules: [{{matches: [{match}], backendRefs: [{{name: web, port: 80}}]}}]}}}}\n---\n";

        Assert.Equal(matches, Load(text).Routes.Match(Request(path)) is not null);
    }

    [Fact]
    public void A_TLSRoute_goes_by_server_name()
    {
        var text = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gw, namespace: edge}, spec: {gatewayClassName: istio, listeners: [{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All}}}]}}\n---\n"
                   + "{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: TLSRoute, metadata: {name: t, namespace: prod}, spec: {parentRefs: [{name: gw, namespace: edge}], hostnames: [db.example.com], rules: [{backendRefs: [{name: web, port: 80}]}]}}\n---\n";
        var listener = Load(text);

        Assert.Equal(GatewayTlsMode.Passthrough, listener.Servers[0].Tls.Mode);
        Assert.Equal("web.prod.svc.cluster.local", L4Route.Find(listener.TlsRoutes, "db.example.com")!.Destinations[0].Upstream.Host);
        Assert.Null(L4Route.Find(listener.TlsRoutes, "else.example.com"));
    }

    [Fact]
    public void An_https_listener_terminates_with_the_named_secret()
    {
        var listener = Load("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gw, namespace: edge}, spec: {gatewayClassName: istio, listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}], options: {gateway.istio.io/tls-terminate-mode: MUTUAL}}}]}}\n---\n");

        Assert.Equal((GatewayTlsMode.Mutual, "cert"), (listener.Servers[0].Tls.Mode, listener.Servers[0].Tls.CredentialName));
    }

    [Fact]
    public void A_gateway_of_another_class_or_for_other_proxies_is_not_served()
    {
        Assert.Empty(View(Gateway(All).Replace("gatewayClassName: istio", "gatewayClassName: nginx", StringComparison.Ordinal)).Listeners);
        Assert.Empty(View(Gateway(All).Replace("name: gw", "name: other", StringComparison.Ordinal)).Listeners);
    }

    [Fact]
    public void A_gateway_with_the_address_of_a_service_is_served_by_the_proxies_behind_it()
    {
        var text = Gateway(All).Replace("name: gw", "name: manual", StringComparison.Ordinal)
                       .Replace("listeners:", "addresses: [{type: Hostname, value: ingress}], listeners:", StringComparison.Ordinal)
                   + "{apiVersion: v1, kind: Service, metadata: {name: ingress, namespace: edge}, spec: {selector: {app: edge}, ports: [{name: http, port: 80}]}}\n---\n";

        Assert.Single(View(text).Listeners);
    }

    [Fact]
    public void A_route_of_a_service_in_its_own_namespace_is_for_all_clients()
    {
        Assert.Equal("HTTPRoute prod/m", Mesh(MeshRoute("prod"), "shop"));
        Assert.Equal("HTTPRoute prod/m", Mesh(MeshRoute("prod"), "prod"));
    }

    [Fact]
    public void A_route_of_a_service_in_another_namespace_is_for_the_clients_there_and_beats_the_services_own()
    {
        Assert.Equal("HTTPRoute shop/m", Mesh(MeshRoute("prod") + MeshRoute("shop"), "shop"));
        Assert.Equal("HTTPRoute prod/m", Mesh(MeshRoute("prod") + MeshRoute("shop"), "else"));
        Assert.Equal("default", Mesh(MeshRoute("shop"), "else"));
    }

    [Fact]
    public void A_request_that_no_route_of_the_service_matches_has_no_route()
    {
        Assert.Null(Mesh(MeshRoute("prod", "matches: [{path: {value: /a}}],"), "shop"));
    }

    private const string All = "allowedRoutes: {namespaces: {from: All}},";

    private static string? Mesh(string text, string space) => TestMesh.Load(("c", Services + text))
        .ViewFrom(new ProxyScope { Cluster = "c", Namespace = space })
        .OutboundRoutes("web.prod.svc.cluster.local", 80)!.Match(Request("/"))?.Route.Origin;

    private static string MeshRoute(string space, string rule = "") =>
        $"{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: m, namespace: {space}}}, spec: {{parentRefs: [{{group: \"\", kind: Service, name: web, namespace: prod, port: 80}}], rules: [{{{rule} backendRefs: [{{name: web, port: 80}}]}}]}}}}\n---\n";

    private static string Gateway(string listener) =>
        $"{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: gw, namespace: edge}}, spec: {{gatewayClassName: istio, listeners: [{{{listener} name: http, port: 80, protocol: HTTP}}]}}}}\n---\n";

    private static string Route(
        string rule,
        string name = "r",
        string space = "prod",
        string spec = "",
        string parent = "",
        string backends = "{name: web, port: 80}",
        string created = "2024-01-01T00:00:00Z") =>
        $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: {{name}}, namespace: {{space}}, creationTimestamp: "{{created}}"}
        spec: { {{spec}} parentRefs: [{name: gw, namespace: edge{{parent}} }], rules: [{ {{rule}} backendRefs: [{{backends}}]}]}
        ---

        """;

    private static RouteMatch? Match(
        string routes, string path, string method = "GET", string headers = "", string query = "") =>
        Load(Gateway(All) + routes).Routes.Match(new RouteRequest(method, "http", "any", path, query, 80, _ => headers));

    private static string? Destination(RouteMatch? match) =>
        match?.Route.Action is RouteAction.Forward { Destinations: [var only] } ? only.Upstream.Host : null;

    private static RouteRequest Request(string path, string authority = "any") => new("GET", "http", authority, path, "", 80, _ => null);

    private static GatewayListener Load(string text) => Assert.Single(View(text).Listeners);

    private static MeshView View(string text) => TestMesh.Load(("c", Services + text)).ViewFrom(new ProxyScope
    {
        Type = ProxyType.Router,
        Cluster = "c",
        Namespace = "edge",
        Labels = TestMesh.Labels(("gateway.networking.k8s.io/gateway-name", "gw"), ("app", "edge")),
    });

    private const string Services = """
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Namespace, metadata: {name: prod, labels: {team: a}}}
        ---

        """;
}
