namespace Mesh.Gateway.Tests.Conformance;

/// <summary>What matches goes to b, everything else to a.</summary>
[Collection(SharedMesh.Name)]
public sealed class RequestMatchTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Headers_match_by_name_in_any_case_and_by_value_exactly_and_all_must_hold(RouteApi api)
    {
        var host = await ApplyAsync(
            api, "match-header",
            "headers: {x-tier: {exact: gold}, x-user: {regex: \"u-[0-9]+\"}}",
            "headers: [{name: X-Tier, value: gold}, {name: x-user, type: RegularExpression, value: \"u-[0-9]+\"}]");
        Assert.Equal("b", (await mesh.AskAsync(host, "/", headers: [("X-TIER", "gold"), ("x-user", "u-1")])).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/", headers: [("x-tier", "Gold"), ("x-user", "u-1")])).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/", headers: [("x-tier", "gold"), ("x-user", "u-1x")])).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/", headers: ("x-tier", "gold"))).Server);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task Query_parameters_match_by_the_first_value_of_their_name(RouteApi api)
    {
        var host = await ApplyAsync(
            api, "match-query",
            "queryParams: {user: {exact: me}, page: {regex: \"[0-9]+\"}}",
            "queryParams: [{name: user, value: me}, {name: page, type: RegularExpression, value: \"[0-9]+\"}]");
        Assert.Equal("b", (await mesh.AskAsync(host, "/?page=12&user=me&user=you")).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/?page=12&user=you&user=me")).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/?page=x&user=me")).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/?user=me")).Server);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task A_method_matches_exactly(RouteApi api)
    {
        var host = await ApplyAsync(api, "match-method", "method: {exact: PUT}", "method: PUT");
        Assert.Equal("b", (await mesh.AskAsync(host, "/", HttpMethod.Put, "x")).Server);
        Assert.Equal("a", (await mesh.AskAsync(host, "/", HttpMethod.Post, "x")).Server);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("presence", "headers: {x-here: {}}", "x-here", "whatever", true)]
    [InlineData("prefix", "headers: {x-here: {prefix: ab}}", "x-here", "abc", true)]
    [InlineData("prefix-not", "headers: {x-here: {prefix: ab}}", "x-here", "ba", false)]
    [InlineData("without", "withoutHeaders: {x-here: {}}", "x-other", "1", true)]
    [InlineData("without-not", "withoutHeaders: {x-here: {}}", "x-here", "", false)]
    [InlineData("without-value", "withoutHeaders: {x-here: {exact: not}}", "x-here", "yes", true)]
    [InlineData("without-value-not", "withoutHeaders: {x-here: {exact: not}}", "x-here", "not", false)]
    [InlineData("authority", "authority: {prefix: match-authority.}", "x-other", "1", true)]
    [InlineData("scheme", "scheme: {exact: http}", "x-other", "1", true)]
    [InlineData("scheme-not", "scheme: {exact: https}", "x-other", "1", false)]
    [InlineData("port-not", "port: 1", "x-other", "1", false)]
    [InlineData("pseudo", "headers: {\":method\": {exact: GET}}", "x-other", "1", true)]
    [InlineData("gateway", "gateways: [istio-system/edge]", "x-other", "1", true)]
    [InlineData("gateway-not", "gateways: [edge]", "x-other", "1", false)]
    [InlineData("labels", "sourceLabels: {istio: ingressgateway}", "x-other", "1", true)]
    [InlineData("labels-not", "sourceLabels: {app: other}", "x-other", "1", false)]
    [InlineData("namespace-not", "sourceNamespace: prod", "x-other", "1", false)]
    public async Task A_VirtualService_can_match_on_more(string name, string match, string header, string value, bool matches)
    {
        var host = await ApplyAsync(RouteApi.VirtualService, "match-" + name, match, "");
        Assert.Equal(matches ? "b" : "a", (await mesh.AskAsync(host, "/", headers: (header, value))).Server);
    }

    private Task<string> ApplyAsync(RouteApi api, string name, string match, string apiMatch) => mesh.ApplyAsync(
        api, name,
        virtualService: $$"""
            - match: [{ {{match}} }]
              route: [{destination: {host: b.test} }]
            - route: [{destination: {host: a.test} }]
            """,
        httpRoute: $$"""
            - matches: [{ {{apiMatch}} }]
              backendRefs: [{backend: b}]
            - backendRefs: [{backend: a}]
            """);
}
