using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>VirtualServices that hand parts of a host to others.</summary>
public sealed class DelegateTests
{
    [Fact]
    public void A_delegates_rules_apply_below_the_prefix_that_is_handed_to_it()
    {
        var routes = Routes("match: [{uri: {prefix: /team}}],", "match: [{uri: {prefix: /team/a}}],");

        Assert.Equal("VirtualService team/d", Match(routes, "/team/a/x")?.Origin);
        Assert.Null(Match(routes, "/team/b"));
    }

    [Fact]
    public void Short_destination_hosts_of_a_delegate_mean_its_own_namespace()
    {
        var forward = Assert.IsType<RouteAction.Forward>(Match(Routes("", ""), "/")!.Action);

        Assert.Equal("web.team.svc.cluster.local", Assert.Single(forward.Destinations).Upstream.Host);
    }

    [Fact]
    public void A_delegate_without_conditions_takes_those_of_the_root()
    {
        var routes = Routes("match: [{uri: {prefix: /team}}],", "");

        Assert.NotNull(Match(routes, "/team"));
        Assert.Null(Match(routes, "/other"));
    }

    [Theory]
    [InlineData("{uri: {prefix: /a}}", "{uri: {prefix: /b}}")]
    [InlineData("{uri: {prefix: /a}}", "{uri: {exact: /b}}")]
    [InlineData("{uri: {exact: /a}}", "{uri: {prefix: /a}}")]
    [InlineData("{uri: {exact: /a}}", "{uri: {exact: /b}}")]
    [InlineData("{uri: {regex: '/a.*'}}", "{uri: {exact: /ab}}")]
    [InlineData("{uri: {prefix: /a}}", "{uri: {regex: '/a.*'}}")]
    [InlineData("{uri: {prefix: /a}}", "{uri: {prefix: /a}, ignoreUriCase: true}")]
    [InlineData("{headers: {x: {exact: a}}}", "{headers: {x: {exact: b}}}")]
    [InlineData("{queryParams: {x: {exact: a}}}", "{queryParams: {x: {exact: b}}}")]
    [InlineData("{port: 80}", "{port: 81}")]
    [InlineData("{sourceNamespace: prod}", "{uri: {prefix: /}}")]
    [InlineData("{sourceLabels: {app: a}}", "{sourceLabels: {app: b}}")]
    [InlineData("{gateways: [mesh]}", "{gateways: [mesh, prod/g]}")]
    public void Conditions_that_go_beyond_the_roots_drop_the_delegates_rule(string root, string own)
    {
        var table = Routes($"match: [{root}],", $"match: [{own}],");

        foreach (var path in new[] { "/", "/a", "/ab", "/b" }) Assert.Null(Match(table, path));
    }

    [Fact]
    public void Every_condition_of_the_delegate_is_crossed_with_the_roots_that_admit_it()
    {
        var routes = Routes("match: [{uri: {prefix: /a}}, {uri: {prefix: /b}, method: {exact: GET}}],", "match: [{uri: {exact: /a/1}}, {uri: {exact: /b/1}}],");

        Assert.NotNull(Match(routes, "/a/1", "POST"));
        Assert.NotNull(Match(routes, "/b/1"));
        Assert.Null(Match(routes, "/b/1", "POST"));
        Assert.Null(Match(routes, "/a/2"));
    }

    [Fact]
    public void One_condition_that_no_root_admits_drops_the_whole_rule()
    {
        Assert.Null(Match(Routes("match: [{uri: {prefix: /a}}],", "match: [{uri: {exact: /a/1}}, {uri: {exact: /b}}],"), "/a/1"));
    }

    [Fact]
    public void Names_are_joined_and_settings_of_the_root_fill_what_the_delegate_leaves_open()
    {
        var route = Match(Routes("name: shop, timeout: 5s, rewrite: {uri: /x},", "name: cart, rewrite: {uri: /y},"), "/")!;

        Assert.Equal(("shop-cart", TimeSpan.FromSeconds(5), "/y"), (route.Name, route.Timeout, route.RewriteUri));
    }

    [Fact]
    public void A_missing_delegate_takes_only_its_own_rule_with_it()
    {
        var routes = Load(Root("", "nobody") + "  - {name: rest, route: [{destination: {host: web}}]}\n");

        Assert.Equal("rest", Match(routes, "/")!.Name);
    }

    [Fact]
    public void A_delegate_must_be_exported_to_the_roots_namespace()
    {
        Assert.Null(Match(Routes("", "", "exportTo: [\".\"],"), "/"));
        Assert.NotNull(Match(Routes("", "", "exportTo: [prod],"), "/"));
    }

    private static HttpRouteTable Routes(string root, string own, string spec = "") =>
        Load(Root(root) + Delegate(own, "route: [{destination: {host: web}}]", spec));

    private static string Root(string rule, string name = "d") =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: root, namespace: prod}
        spec:
          hosts: [web]
          http:
          - { {{rule}} delegate: {name: {{name}}, namespace: team} }

        """;

    private static string Delegate(string rule, string action, string spec = "") =>
        $$"""
        ---
        {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: d, namespace: team}, spec: { {{spec}} http: [{ {{rule}} {{action}} }]} }

        """;

    private static HttpRouteTable Load(string text) => TestMesh.Load(
            ("c", "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}"),
            ("c", text))
        .ViewFrom(new ProxyScope { Cluster = "c", Namespace = "prod", Labels = TestMesh.Labels(("app", "a")) })
        .OutboundRoutes("web.prod.svc.cluster.local", 80)!;

    private static HttpRoute? Match(HttpRouteTable table, string path, string method = "GET") =>
        table.Match(new RouteRequest(method, "http", "web", path, "", 80, _ => null))?.Route;
}
