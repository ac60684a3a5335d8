using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

public sealed class CrossOriginTests(ConformanceMesh mesh) : IClassFixture<ConformanceMesh>
{
    private const string Shop = "https://shop.example";

    private const string Rule = """
        - corsPolicy:
            allowOrigins:
            - exact: https://shop.example
            - regex: https://[a-z]+\.preview\.example
            allowMethods: [GET, POST]
            allowHeaders: [x-token, content-type]
            exposeHeaders: [x-server]
            maxAge: 10m
            allowCredentials: true
          route:
          - destination:
              host: a.test
        """;

    [Fact(Timeout = 120_000)]
    public async Task A_preflight_from_an_allowed_origin_is_answered_by_the_gateway()
    {
        await mesh.ApplyRuleAsync("preflight.example", Rule);
        var before = mesh.A.Requests.Count;
        var answer = await PreflightAsync("preflight.example", Shop);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(Shop, answer.Headers["access-control-allow-origin"]);
        Assert.Equal("GET,POST", answer.Headers["access-control-allow-methods"]);
        Assert.Equal("x-token,content-type", answer.Headers["access-control-allow-headers"]);
        Assert.Equal("600", answer.Headers["access-control-max-age"]);
        Assert.Equal("true", answer.Headers["access-control-allow-credentials"]);
        Assert.Equal("Origin", answer.Headers["vary"]);
        Assert.Equal(before, mesh.A.Requests.Count);
        Assert.Equal("https://pr.preview.example",
            (await PreflightAsync("preflight.example", "https://pr.preview.example")).Headers["access-control-allow-origin"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_preflight_from_elsewhere_goes_on_to_the_application()
    {
        await mesh.ApplyRuleAsync("elsewhere.example", Rule);
        var answer = await PreflightAsync("elsewhere.example", "https://shop.example.evil");
        Assert.Equal("a", answer.Server);
        Assert.False(answer.Headers.ContainsKey("access-control-allow-origin"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_preflight_from_elsewhere_is_answered_with_nothing_where_the_policy_ignores_it()
    {
        await mesh.ApplyRuleAsync("ignored.example", Rule.Replace("maxAge: 10m", "unmatchedPreflights: IGNORE", StringComparison.Ordinal));
        var answer = await PreflightAsync("ignored.example", "https://other.example");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.Server);
        Assert.False(answer.Headers.ContainsKey("access-control-allow-origin"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Answers_to_an_allowed_origin_say_so_whoever_made_them()
    {
        await mesh.ApplyRuleAsync("answers.example", Rule);
        var answer = await mesh.AskAsync("answers.example", "/", headers: ("Origin", Shop));
        Assert.Equal("a", answer.Server);
        Assert.Equal(Shop, answer.Headers["access-control-allow-origin"]);
        Assert.Equal("x-server", answer.Headers["access-control-expose-headers"]);

        await mesh.ApplyRuleAsync("refusals.example", Rule.Replace("a.test", "nowhere.test", StringComparison.Ordinal));
        var refusal = await mesh.AskAsync("refusals.example", "/", headers: ("Origin", Shop));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.Equal(Shop, refusal.Headers["access-control-allow-origin"]);

        var other = await mesh.AskAsync("answers.example", "/", headers: ("Origin", "https://other.example"));
        Assert.Equal("a", other.Server);
        Assert.False(other.Headers.ContainsKey("access-control-allow-origin"));
    }

    private Task<ConformanceMesh.Answer> PreflightAsync(string host, string origin) => mesh.AskAsync(
        host, "/", HttpMethod.Options, null, ("Origin", origin), ("Access-Control-Request-Method", "POST"));
}
