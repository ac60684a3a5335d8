namespace Mesh.Gateway.Tests.Conformance;

public sealed class RewriteTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
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
