namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class HeaderChangeTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Requests_get_headers_set_added_and_removed(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "headers-request",
            virtualService: """
                - headers: {request: {set: {x-set: new}, add: {x-add: more}, remove: [x-gone]}}
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: """
                - filters:
                  - type: RequestHeaderModifier
                    requestHeaderModifier: {set: [{name: x-set, value: new}], add: [{name: x-add, value: more}], remove: [x-gone]}
                  backendRefs: [{backend: a}]
                """);
        await mesh.AskAsync(host, "/", headers: [("x-set", "old"), ("x-add", "one"), ("x-gone", "1"), ("x-case", host)]);
        var seen = mesh.A.Requests.Last(request => request.GetValueOrDefault("x-case") == host);
        Assert.Equal("new", seen["x-set"]);
        Assert.Equal(["one", "more"], seen["x-add"].Split(',', StringSplitOptions.TrimEntries));
        Assert.False(seen.ContainsKey("x-gone"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Responses_get_headers_set_added_and_removed(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "headers-response",
            virtualService: """
                - headers: {response: {set: {x-server: hidden}, add: {x-add: more}, remove: [x-remove-me]}}
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: """
                - filters:
                  - type: ResponseHeaderModifier
                    responseHeaderModifier: {set: [{name: x-server, value: hidden}], add: [{name: x-add, value: more}], remove: [x-remove-me]}
                  backendRefs: [{backend: a}]
                """);
        var answer = await mesh.AskAsync(host, "/");
        Assert.Equal("hidden", answer.Server);
        Assert.Equal("more", answer.Headers["x-add"]);
        Assert.False(answer.Headers.ContainsKey("x-remove-me"));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_only_destination_speaks_after_the_route_and_one_of_several_before_it()
    {
        const string headers = "headers: {response: {set: {x-who: destination}, add: {x-all: destination}}}";
        await mesh.ApplyRuleAsync("headers-single.example", $$"""
            - headers: {response: {set: {x-who: route}, add: {x-all: route} } }
              route: [{destination: {host: a.test}, {{headers}} }]
            """);
        await mesh.ApplyRuleAsync("headers-several.example", $$"""
            - headers: {response: {set: {x-who: route}, add: {x-all: route} } }
              route:
              - {destination: {host: a.test}, weight: 50, {{headers}} }
              - {destination: {host: b.test}, weight: 50, {{headers}} }
            """);
        var single = await mesh.AskAsync("headers-single.example", "/");
        Assert.Equal(("destination", "route,destination"), (single.Headers["x-who"], single.Headers["x-all"]));
        var several = await mesh.AskAsync("headers-several.example", "/");
        Assert.Equal(("route", "destination,route"), (several.Headers["x-who"], several.Headers["x-all"]));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_destination_removes_does_not_hit_what_the_route_sets()
    {
        await mesh.ApplyRuleAsync("headers-removed.example", """
            - headers: {response: {set: {x-mark: route}}}
              route: [{destination: {host: a.test}, headers: {response: {remove: [x-mark, x-server]}}}]
            """);
        var answer = await mesh.AskAsync("headers-removed.example", "/");
        Assert.Equal("route", answer.Headers["x-mark"]);
        Assert.Null(answer.Server);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("route", "headers: {request: {set: {Host: inner.example}}}", "")]
    [InlineData("pseudo", "headers: {request: {set: {\":authority\": inner.example}}}", "")]
    [InlineData("destination", "name: x", ", headers: {request: {set: {host: inner.example}}}")]
    [InlineData("rewrite", "rewrite: {authority: inner.example}", "")]
    public async Task Setting_the_host_rewrites_the_authority(string name, string rule, string destination)
    {
        var host = $"headers-host-{name}.example";
        await mesh.ApplyRuleAsync(host, $$"""
            - {{rule}}
              route: [{destination: {host: a.test}{{destination}} }]
            """);
        Assert.Contains(" inner.example /", (await mesh.AskAsync(host, "/")).Body, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "127.0.0.1")]
    [InlineData("<%PROTOCOL%>", "<HTTP/1.1>")]
    [InlineData("%REQ(X-USER)%/%REQ(X-NONE?x-user):2%/%REQ(x-none)%", "u-17/u-/-")]
    [InlineData("%UPSTREAM_CLUSTER%", "outbound|80||a.test")]
    [InlineData("%REQ(:METHOD)% %REQ(:PATH)%", "GET /p?q")]
    [InlineData("100%%", "100%")]
    [InlineData("%FILTER_STATE(x)%", "%FILTER_STATE(x)%")]
    public async Task Operators_in_header_values_are_filled_in(string value, string expected)
    {
        await mesh.ApplyRuleAsync("headers-operator.example", $$"""
            - headers: {request: {set: {x-value: "{{value}}"} }, response: {set: {x-echo: "{{value}}"} } }
              route: [{destination: {host: a.test} }]
            """);
        string? last = null;
        await Support.Eventually.TrueAsync(async () =>
        {
            var answer = await mesh.AskAsync("headers-operator.example", "/p?q", headers: ("x-user", "u-17"));
            last = answer.Headers["x-echo"];
            return last == expected;
        }, () => $"x-echo {expected}, not {last}");
        var seen = mesh.A.Requests.Last(request => request.GetValueOrDefault("x-user") == "u-17");
        Assert.Equal(expected, seen["x-value"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_value_that_differs_per_endpoint_names_the_one_that_answered()
    {
        await mesh.ApplyRuleAsync("headers-endpoint.example", """
            - headers: {response: {set: {x-endpoint: "%UPSTREAM_HOST%"}}}
              route: [{destination: {host: b.test}}]
            """);
        Assert.Equal($"127.0.0.1:{mesh.B.Port}", (await mesh.AskAsync("headers-endpoint.example", "/")).Headers["x-endpoint"]);
    }
}
