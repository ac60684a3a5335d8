using System.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>What a request matches, rule by rule.</summary>
public sealed class VirtualServiceTests
{
    private const string Web =
        """
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: other, namespace: prod}, spec: {ports: [{name: http, port: 8080}]}}
        ---

        """;

    [Theory]
    [InlineData("uri: {exact: /a}", "/a", true)]
    [InlineData("uri: {exact: /a}", "/a/", false)]
    [InlineData("uri: {exact: /A}, ignoreUriCase: true", "/a", true)]
    [InlineData("uri: {prefix: /ap}", "/apple/pie", true)]
    [InlineData("uri: {prefix: /ap/}", "/ap", false)]
    [InlineData("uri: {prefix: /AP}, ignoreUriCase: true", "/apple", true)]
    [InlineData("uri: {regex: '/v[0-9]+'}", "/v12", true)]
    [InlineData("uri: {regex: '/v[0-9]+'}", "/v12/x", false)]
    [InlineData("uri: {regex: '/a|/b'}", "/b", true)]
    [InlineData("method: {exact: GET}", "/", true)]
    [InlineData("method: {exact: POST}", "/", false)]
    [InlineData("scheme: {exact: http}", "/", true)]
    [InlineData("authority: {prefix: web.}", "/", true)]
    [InlineData("authority: {exact: other}", "/", false)]
    [InlineData("headers: {x-user: {exact: ann}}", "/", true)]
    [InlineData("headers: {X-User: {prefix: a}}", "/", true)]
    [InlineData("headers: {x-user: {exact: bob}}", "/", false)]
    [InlineData("headers: {x-user: {}}", "/", true)]
    [InlineData("headers: {x-none: {}}", "/", false)]
    [InlineData("headers: {x-user: {regex: '*'}}", "/", true)]
    [InlineData("headers: {x-user: {exact: ann}, x-none: {exact: a}}", "/", false)]
    [InlineData("headers: {':method': {exact: GET}}", "/", true)]
    [InlineData("withoutHeaders: {x-user: {}}", "/", false)]
    [InlineData("withoutHeaders: {x-none: {}}", "/", true)]
    [InlineData("withoutHeaders: {x-user: {exact: bob}}", "/", true)]
    [InlineData("withoutHeaders: {x-none: {exact: ''}}", "/", false)]
    [InlineData("queryParams: {page: {exact: '2'}}", "/", true)]
    [InlineData("queryParams: {page: {regex: '[0-9]'}, empty: {exact: ''}}", "/", true)]
    [InlineData("queryParams: {none: {}}", "/", false)]
    [InlineData("port: 80", "/", true)]
    [InlineData("port: 81", "/", false)]
    [InlineData("sourceLabels: {app: shop}", "/", true)]
    [InlineData("sourceLabels: {app: other}", "/", false)]
    [InlineData("sourceNamespace: shop", "/", true)]
    [InlineData("sourceNamespace: other", "/", false)]
    [InlineData("gateways: [mesh], sourceLabels: {app: other}", "/", true)]
    [InlineData("gateways: [edge]", "/", false)]
    public void A_match_is_the_conjunction_of_its_conditions(string match, string path, bool expected)
    {
        var table = Outbound($"http: [{{match: [{{ {match} }}], route: [{{destination: {{host: web}}}}]}}]");

        Assert.Equal(expected, table.Match(Request(path)) is not null);
    }

    [Fact]
    public void The_first_rule_that_matches_decides()
    {
        var table = Outbound(
            """
            http:
            - {name: first, match: [{uri: {prefix: /a}}, {headers: {x-user: {exact: ann}}}], route: [{destination: {host: web}}]}
            - {name: second, route: [{destination: {host: other}}]}
            - {name: never, match: [{uri: {prefix: /b}}], route: [{destination: {host: web}}]}
            """);

        Assert.Equal("first", table.Match(Request("/b"))!.Value.Route.Name);
        Assert.Equal("second", table.Match(Request("/b", user: "bob"))!.Value.Route.Name);
        Assert.Equal("VirtualService prod/web", table.Match(Request("/a"))!.Value.Route.Origin);
        Assert.Equal("/a", table.Match(Request("/a", user: "bob"))!.Value.MatchedPrefix);
    }

    [Fact]
    public void Destinations_carry_weights_subsets_ports_and_short_names_are_completed()
    {
        var forward = Assert.IsType<RouteAction.Forward>(Outbound(
            """
            http:
            - route:
              - {destination: {host: web, subset: v1}, weight: 90}
              - {destination: {host: other}, weight: 10, headers: {request: {add: {x: y}}}}
              - {destination: {host: reviews.default, port: {number: 9080}}, weight: 5}
              - {destination: {host: other}, weight: 0}
            """).Match(Request("/"))!.Value.Route.Action);

        Assert.Equal(
            ["outbound|80|v1|web.prod.svc.cluster.local 90", "outbound|8080||other.prod.svc.cluster.local 10", "outbound|9080||reviews.default 5"],
            forward.Destinations.Select(destination => $"{destination.Upstream} {destination.Weight}"));
        Assert.Equal([KeyValuePair.Create("x", "y")], forward.Destinations[1].Headers.RequestAdd);
    }

    [Fact]
    public void Timeouts_retries_rewrites_and_headers_are_compiled()
    {
        var route = Outbound(
            """
            http:
            - match: [{uri: {prefix: /old/}}]
              route: [{destination: {host: web}}]
              rewrite: {uri: /new/, authority: web.internal}
              timeout: 5s
              retries: {attempts: 4, perTryTimeout: 500ms, retryOn: "connect-failure,503,429", backoff: 10ms}
              headers: {request: {set: {a: b}, remove: [c]}, response: {add: {d: e}}}
            """).Match(Request("/old/x"))!.Value.Route;

        Assert.Equal(("/new/", "web.internal", TimeSpan.FromSeconds(5)), (route.RewriteUri, route.RewriteAuthority, route.Timeout));
        Assert.Equal((4, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(10)), (route.Retries.Attempts, route.Retries.PerTryTimeout, route.Retries.BaseBackoff));
        Assert.Equal(["connect-failure", "retriable-status-codes"], route.Retries.RetryOn.Order(StringComparer.Ordinal));
        Assert.Equal([429, 503], route.Retries.RetriableStatusCodes.Order());
        Assert.Equal(["c"], route.Headers.RequestRemove);
    }

    [Fact]
    public void A_silent_rule_has_Istios_retries_and_no_timeout_and_0_attempts_mean_none()
    {
        var silent = Outbound("http: [{route: [{destination: {host: web}}]}]").Match(Request("/"))!.Value.Route;
        var none = Outbound("http: [{route: [{destination: {host: web}}], retries: {attempts: 0}}]").Match(Request("/"))!.Value.Route;

        Assert.Equal((RetryPolicy.Default, null), (silent.Retries, silent.Timeout));
        Assert.Equal((0, null), (none.Retries.Attempts, none.Timeout));
    }

    [Fact]
    public void Redirects_and_direct_responses_call_nobody()
    {
        var table = Outbound(
            """
            http:
            - {match: [{uri: {prefix: /r}}], redirect: {uri: /x, authority: y, redirectCode: 308, derivePort: FROM_REQUEST_PORT, scheme: https}}
            - {match: [{uri: {prefix: /d}}], directResponse: {status: 418, body: {string: short and stout}}}
            """);

        Assert.Equal(new RouteAction.Redirect(308, "https", "y", 80, "/x"), table.Match(Request("/r"))!.Value.Route.Action);
        Assert.Equal(new RouteAction.DirectResponse(418, "short and stout"), table.Match(Request("/d"))!.Value.Route.Action);
    }

    [Fact]
    public void A_request_that_no_rule_matches_has_no_route()
    {
        Assert.Null(Outbound("http: [{match: [{uri: {exact: /a}}], route: [{destination: {host: web}}]}]").Match(Request("/b")));
    }

    [Fact]
    public void What_is_not_done_yet_is_said()
    {
        var snapshot = Load(
            """
            gateways: [edge]
            http:
            - name: f
              match: [{headers: {"@request.auth.claims.group": {exact: admin}}}]
              headers: {request: {set: {x-a: "%PROTOCOL% %FILTER_STATE(a)% 100%%"}}}
              directResponse: {status: 200}
            """);

        Assert.Equal(
            [
                "http rule \"f\": %FILTER_STATE% in a header value (it is sent as it is) is not honoured by the data plane yet",
                "http rule \"f\": match on @request.auth.claims.group (it counts as a header that no request has) is not honoured by the data plane yet",
            ],
            snapshot.Diagnostics.Where(diagnostic => diagnostic.Code == "NotHonouredYet").Select(diagnostic => diagnostic.Message));
    }

    [Fact]
    public void A_destination_that_leads_nowhere_is_reported()
    {
        var findings = Load("gateways: [mesh, nowhere], http: [{route: [{destination: {host: web.prod}, weight: 1}, {destination: {host: web, port: {number: 81}}, weight: 1}]}]"
            .Replace(", http", "\nhttp", StringComparison.Ordinal)).Diagnostics;

        Assert.Equal(["DestinationPortUnknown", "DestinationUnknown", "GatewayUnknown"], findings.Select(finding => finding.Code));
        Assert.Contains("has no port 81; it has 80", findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vicious_regular_expression_cannot_stall_matching()
    {
        var table = Outbound("http: [{match: [{uri: {regex: '(a+)+b'}}], route: [{destination: {host: web}}]}]");
        var watch = Stopwatch.StartNew();

        Assert.Null(table.Match(Request("/" + new string('a', 20_000))));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), watch.Elapsed.ToString());
    }

    [Fact]
    public void The_most_specific_VirtualService_of_the_mesh_owns_a_host()
    {
        var snapshot = TestMesh.Load(("c", Web +
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: all, namespace: prod}, spec: {hosts: ["*.prod.svc.cluster.local"], http: [{route: [{destination: {host: other}}]}]}}
            ---
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: web, namespace: prod}, spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}}
            ---
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: hidden, namespace: prod}, spec: {hosts: [web], exportTo: ["."], http: [{match: [{uri: {exact: /never}}], route: [{destination: {host: web}}]}]}}
            """));
        var view = snapshot.ViewFrom(new ProxyScope { Cluster = "c", Namespace = "shop" });

        Assert.Equal("VirtualService prod/web", view.OutboundRoutes("web.prod.svc.cluster.local", 80)!.Match(Request("/"))!.Value.Route.Origin);
        Assert.Equal("VirtualService prod/all", view.OutboundRoutes("other.prod", 8080)!.Match(Request("/"))!.Value.Route.Origin);
    }

    private static HttpRouteTable Outbound(string spec) => Load(spec)
        .ViewFrom(new ProxyScope { Cluster = "c", Namespace = "shop", Labels = TestMesh.Labels(("app", "shop")) })
        .OutboundRoutes("web.prod.svc.cluster.local", 80)!;

    private static MeshSnapshot Load(string spec) => TestMesh.Load(("c", Web +
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: web, namespace: prod}}\nspec:\n  hosts: [web]\n  {spec.ReplaceLineEndings("\n").Replace("\n", "\n  ", StringComparison.Ordinal)}\n"));

    private static RouteRequest Request(string path, string user = "ann") => new(
        "GET", "http", "web.prod.svc.cluster.local:80", path, "page=2&empty&x=y", 80,
        name => name.Equals("x-user", StringComparison.OrdinalIgnoreCase) ? user : null);
}
