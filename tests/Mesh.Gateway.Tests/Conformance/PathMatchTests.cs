using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class PathMatchTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task An_exact_path_is_that_path_only_and_its_case_and_slash_count(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "path-exact", probe: "/one",
            virtualService: """
                - match: [{uri: {exact: /one}}]
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: """
                - matches: [{path: {type: Exact, value: /one} }]
                  backendRefs: [{backend: a}]
                """);
        Assert.Equal("a", (await mesh.AskAsync(host, "/one?q=1")).Server);
        foreach (var other in new[] { "/one/", "/ONE", "/one/two", "/" })
            Assert.Equal(HttpStatusCode.NotFound, (await mesh.AskAsync(host, other)).Status);
        Assert.Equal("NR", (await mesh.LineAsync(line => line.Path == "/one/two" && line.Authority == host)).ResponseFlags);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_prefix_of_a_VirtualService_is_text_and_one_of_an_HTTPRoute_is_whole_segments()
    {
        var text = await mesh.ApplyAsync(
            RouteApi.VirtualService, "path-prefix", probe: "/v1",
            virtualService: """
                - match: [{uri: {prefix: /v1}}]
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: "");
        var segments = await mesh.ApplyAsync(
            RouteApi.HttpRoute, "path-prefix", probe: "/v1",
            virtualService: "",
            httpRoute: """
                - matches: [{path: {type: PathPrefix, value: /v1/} }]
                  backendRefs: [{backend: a}]
                """);
        foreach (var path in new[] { "/v1", "/v1/", "/v1/x?y" })
        {
            Assert.Equal("a", (await mesh.AskAsync(text, path)).Server);
            Assert.Equal("a", (await mesh.AskAsync(segments, path)).Server);
        }

        Assert.Equal("a", (await mesh.AskAsync(text, "/v1beta")).Server);
        Assert.Equal(HttpStatusCode.NotFound, (await mesh.AskAsync(segments, "/v1beta")).Status);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task A_regular_expression_must_match_the_whole_path(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "path-regex", probe: "/item/1",
            virtualService: """
                - match: [{uri: {regex: "/item/[0-9]+"}}]
                  route: [{destination: {host: b.test}}]
                """,
            httpRoute: """
                - matches: [{path: {type: RegularExpression, value: "/item/[0-9]+"} }]
                  backendRefs: [{backend: b}]
                """);
        Assert.Equal("b", (await mesh.AskAsync(host, "/item/4711")).Server);
        foreach (var other in new[] { "/item/4711/x", "/my/item/1", "/item/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await mesh.AskAsync(host, other)).Status);
    }

    [Fact(Timeout = 120_000)]
    public async Task Case_is_ignored_in_exact_paths_and_prefixes_where_the_match_says_so()
    {
        await mesh.ApplyAsync("path-case.example", ConformanceMesh.VirtualService("path-case.example", """
            - match: [{uri: {exact: /One}, ignoreUriCase: true}, {uri: {prefix: /Two}, ignoreUriCase: true}]
              route: [{destination: {host: a.test}}]
            """), probe: "/one");
        Assert.Equal("a", (await mesh.AskAsync("path-case.example", "/ONE")).Server);
        Assert.Equal("a", (await mesh.AskAsync("path-case.example", "/tWo/three")).Server);
    }

    [Fact(Timeout = 120_000)]
    public async Task Of_several_rules_a_VirtualService_takes_the_first_and_an_HTTPRoute_the_most_specific()
    {
        var ordered = await mesh.ApplyAsync(
            RouteApi.VirtualService, "path-order",
            virtualService: """
                - match: [{uri: {prefix: /a}}]
                  route: [{destination: {host: a.test}}]
                - match: [{uri: {exact: /a/b}}]
                  route: [{destination: {host: b.test}}]
                - route: [{destination: {host: c.test}}]
                """,
            httpRoute: "");
        Assert.Equal("a", (await mesh.AskAsync(ordered, "/a/b")).Server);
        Assert.Equal("c", (await mesh.AskAsync(ordered, "/x")).Server);
        var specific = await mesh.ApplyAsync(
            RouteApi.HttpRoute, "path-order",
            virtualService: "",
            httpRoute: """
                - backendRefs: [{backend: c}]
                - matches: [{path: {value: /a} }]
                  backendRefs: [{backend: a}]
                - matches: [{path: {type: Exact, value: /a/b} }]
                  backendRefs: [{backend: b}]
                """);
        Assert.Equal("b", (await mesh.AskAsync(specific, "/a/b")).Server);
        Assert.Equal("a", (await mesh.AskAsync(specific, "/a/c")).Server);
        Assert.Equal("c", (await mesh.AskAsync(specific, "/x")).Server);
    }
}
