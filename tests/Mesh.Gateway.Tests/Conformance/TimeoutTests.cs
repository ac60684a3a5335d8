using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class TimeoutTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(RouteApi.VirtualService, "timeout: 100ms", "")]
    [InlineData(RouteApi.HttpRoute, "", "timeouts: {request: 100ms}")]
    [InlineData(RouteApi.HttpRoute, "", "timeouts: {backendRequest: 100ms, request: 0s}")]
    public async Task An_application_that_does_not_answer_in_time_is_504_with_UT_in_the_log(RouteApi api, string rule, string apiRule)
    {
        var host = await ApplyAsync(api, $"timeout-{apiRule.Length}", rule, apiRule);
        await mesh.A.WithAnswersAsync(HangAsync, async () =>
        {
            var answer = await mesh.AskAsync(host, "/hang");
            Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        });
        Assert.Equal("UT", (await mesh.LineAsync(line => line.Authority == host && line.Path == "/hang")).ResponseFlags);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("timeouts: {request: 0s}")]
    [InlineData("timeouts: {backendRequest: 0s}")]
    public async Task A_timeout_of_nothing_is_none(string rule)
    {
        var host = await ApplyAsync(RouteApi.HttpRoute, $"timeout-zero-{rule.Length}", "", rule);
        Assert.Equal("a", (await mesh.AskAsync(host, "/")).Server);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_timeout_of_a_try_lets_another_application_answer()
    {
        await mesh.ApplyAsync("timeout-try.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy("timeout-try", "loadBalancer: {simple: ROUND_ROBIN}", mesh.A.Port, mesh.B.Port)}}
            ---
            {{ConformanceMesh.VirtualService("timeout-try.example", """
                - retries: {attempts: 10, perTryTimeout: 500ms, retryOn: reset}
                  route: [{destination: {host: timeout-try.test}}]
                """)}}
            """);
        await mesh.A.WithAnswersAsync(HangAsync, async () =>
        {
            for (var i = 0; i < 4; i++) Assert.Equal("b", (await mesh.AskAsync("timeout-try.example", "/hang")).Server);
        });
    }

    private Task<string> ApplyAsync(RouteApi api, string name, string rule, string apiRule) => mesh.ApplyAsync(
        api, name,
        virtualService: $$"""
            - route: [{destination: {host: a.test} }]
              {{rule}}
            """,
        httpRoute: $$"""
            - backendRefs: [{backend: a}]
              {{apiRule}}
            """);

    private static async Task<bool> HangAsync(HttpContext context)
    {
        if (context.Request.Path != "/hang") return false;
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }
}
