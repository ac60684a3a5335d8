namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class RewriteTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task A_prefix_is_replaced_and_what_follows_it_stays(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "rewrite-prefix", probe: "/old",
            virtualService: """
                - match: [{uri: {prefix: /old}}]
                  rewrite: {uri: /new}
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: """
                - matches: [{path: {value: /old} }]
                  filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new} } }]
                  backendRefs: [{backend: a}]
                """);
        Assert.Contains(" /new/x?q=%20 ", (await mesh.AskAsync(host, "/old/x?q=%20")).Body, StringComparison.Ordinal);
        Assert.Contains(" /new ", (await mesh.AskAsync(host, "/old")).Body, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService)]
    [InlineData(RouteApi.HttpRoute)]
    public async Task The_whole_path_and_the_host_are_replaced(RouteApi api)
    {
        var host = await mesh.ApplyAsync(
            api, "rewrite-whole", probe: "/old/path",
            virtualService: """
                - match: [{uri: {exact: /old/path}}]
                  rewrite: {uri: /new, authority: inner.example}
                  route: [{destination: {host: a.test}}]
                """,
            httpRoute: """
                - matches: [{path: {value: /old} }]
                  filters: [{type: URLRewrite, urlRewrite: {hostname: inner.example, path: {type: ReplaceFullPath, replaceFullPath: /new} } }]
                  backendRefs: [{backend: a}]
                """);
        Assert.Contains(" inner.example /new?q=1 ", (await mesh.AskAsync(host, "/old/path?q=1")).Body, StringComparison.Ordinal);
    }


    [Theory(Timeout = 120_000)]
    [InlineData("/old/42/items?q=1", "/new/items/42?q=1")]
    [InlineData("/other", "/other")]
    public async Task A_path_is_rewritten_by_a_regular_expression_and_the_query_stays(string asked, string seen)
    {
        await mesh.ApplyRuleAsync("regex.example", """
            - rewrite:
                uriRegexRewrite:
                  match: ^/old/(\d+)/(.*)$
                  rewrite: /new/\2/\1
              route:
              - destination:
                  host: a.test
            """);
        var answer = await mesh.AskAsync("regex.example", asked);
        Assert.Contains($" {seen} ", answer.Body, StringComparison.Ordinal);
    }
}
