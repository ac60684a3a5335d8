using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>A service of two applications, of which a fails and b answers.</summary>
[Collection(SharedMesh.Name)]
public sealed class RetryTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData(503, "attempts: 2, retryOn: 5xx", true)]
    [InlineData(500, "attempts: 2, retryOn: 5xx", true)]
    [InlineData(500, "attempts: 2, retryOn: gateway-error", false)]
    [InlineData(502, "attempts: 2, retryOn: gateway-error", true)]
    [InlineData(504, "attempts: 2, retryOn: gateway-error", true)]
    [InlineData(409, "attempts: 2, retryOn: retriable-4xx", true)]
    [InlineData(404, "attempts: 2, retryOn: retriable-4xx", false)]
    [InlineData(429, "attempts: 2, retryOn: '429'", true)]
    [InlineData(429, "attempts: 2, retryOn: 'retriable-status-codes,429'", true)]
    [InlineData(429, "attempts: 2, retryOn: retriable-status-codes", false)]
    [InlineData(503, "attempts: 2, retryOn: reset", false)]
    [InlineData(503, "attempts: 2, retryOn: retriable-headers", false)]
    [InlineData(503, "attempts: 2, retryOn: 'refused-stream,unavailable'", false)]
    [InlineData(503, "attempts: 0", false)]
    [InlineData(503, "", false)]
    public async Task An_answer_is_tried_again_where_the_route_names_its_status(int status, string retries, bool again)
    {
        var host = await ApplyAsync($"- retries: {{{retries}}}", retries.Length == 0 ? "- name: silent" : null);
        mesh.A.Status = () => status;
        try
        {
            var seen = new HashSet<int>();
            for (var i = 0; i < 6; i++) seen.Add((int)(await mesh.AskAsync(host, "/")).Status);
            int[] expected = again ? [200] : [200, status];
            Assert.Equal(expected, seen.Order());
        }
        finally
        {
            mesh.A.Status = () => 200;
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("retry: {attempts: 2, codes: [503]}", true)]
    [InlineData("retry: {attempts: 2, codes: [500]}", false)]
    [InlineData("retry: {attempts: 0, codes: [503]}", false)]
    public async Task An_HTTPRoute_names_statuses_too(string retry, bool again)
    {
        var name = $"retry-api-{retry.Length}-{again}".ToLowerInvariant();
        await mesh.ApplyAsync($"{name}.api", $$"""
            {{ConformanceMesh.ServiceWithPolicy(name, "loadBalancer: {simple: ROUND_ROBIN}", mesh.A.Port, mesh.B.Port)}}
            ---
            {{ConformanceMesh.HttpRoute($"{name}.api", $$"""
                - backendRefs: [{backend: {{name}} }]
                  {{retry}}
                """)}}
            """);
        mesh.A.Status = () => 503;
        try
        {
            var seen = new HashSet<int>();
            for (var i = 0; i < 6; i++) seen.Add((int)(await mesh.AskAsync($"{name}.api", "/")).Status);
            int[] expected = again ? [200] : [200, 503];
            Assert.Equal(expected, seen.Order());
        }
        finally
        {
            mesh.A.Status = () => 200;
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(StatusCode.Unavailable, "unavailable")]
    [InlineData(StatusCode.Cancelled, "cancelled")]
    [InlineData(StatusCode.DeadlineExceeded, "deadline-exceeded")]
    [InlineData(StatusCode.Internal, "internal")]
    [InlineData(StatusCode.ResourceExhausted, "resource-exhausted")]
    public async Task A_grpc_status_is_tried_again_where_the_route_names_it(StatusCode status, string condition)
    {
        var named = await ApplyAsync($"- retries: {{attempts: 3, retryOn: {condition}}}");
        var other = await ApplyAsync("- retries: {attempts: 3, retryOn: connect-failure}");
        await FailGrpcAsync(named, status);
        await FailGrpcAsync(other, status);
        Assert.Equal(4, (await mesh.LineAsync(line => line.Authority == named && line.GrpcStatus == (int)status)).Attempts);
        Assert.Equal(1, (await mesh.LineAsync(line => line.Authority == other && line.GrpcStatus == (int)status)).Attempts);
    }

    [Fact(Timeout = 120_000)]
    public async Task By_default_a_dead_endpoint_costs_no_error_and_no_setting()
    {
        var dead = FreePort.Next();
        await mesh.ApplyAsync("retry-default.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy("retry-default", "loadBalancer: {simple: ROUND_ROBIN}", mesh.B.Port, dead)}}
            ---
            {{ConformanceMesh.VirtualService("retry-default.example", "- route: [{destination: {host: retry-default.test}}]")}}
            """);
        for (var i = 0; i < 10; i++) Assert.Equal("b", (await mesh.AskAsync("retry-default.example", "/", HttpMethod.Post, "body")).Server);
        Assert.Equal(2, (await mesh.LineAsync(line => line.Authority == "retry-default.example" && line.Attempts == 2)).Attempts);
    }

    [Fact(Timeout = 120_000)]
    public async Task Nothing_is_tried_again_once_the_caller_has_response_headers()
    {
        var host = await ApplyAsync("- retries: {attempts: 3, retryOn: '5xx,reset'}");
        using var arrived = new SemaphoreSlim(0);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, mesh.Address + "/break");
        request.Headers.Host = host;
        await mesh.A.WithAnswersAsync(BreakAsync, () => mesh.B.WithAnswersAsync(BreakAsync, async () =>
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            arrived.Release();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));
        Assert.Equal(1, (await mesh.LineAsync(line => line.Authority == host && line.Path == "/break")).Attempts);

        async Task<bool> BreakAsync(HttpContext context)
        {
            if (context.Request.Path != "/break") return false;
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            // Not before the caller has them: until then another try would be right.
            await arrived.WaitAsync(context.RequestAborted);
            context.Abort();
            return true;
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task When_all_tries_failed_the_last_answer_is_the_callers_with_URX_in_the_log()
    {
        var host = await ApplyAsync("- retries: {attempts: 1, retryOn: 5xx}");
        mesh.A.Status = mesh.B.Status = () => 500;
        try
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await mesh.AskAsync(host, "/used-up")).Status);
        }
        finally
        {
            mesh.A.Status = mesh.B.Status = () => 200;
        }

        var line = await mesh.LineAsync(line => line.Authority == host && line.Path == "/used-up");
        Assert.Equal(("URX", 2), (line.ResponseFlags, line.Attempts));
    }

    [Fact(Timeout = 120_000)]
    public async Task Previous_hosts_may_be_asked_again_where_the_route_says_so()
    {
        var host = await ApplyAsync("- retries: {attempts: 20, retryOn: 5xx, retryIgnorePreviousHosts: false, backoff: 1ms}");
        mesh.A.Status = mesh.B.Status = () => 500;
        try
        {
            await mesh.AskAsync(host, "/again");
        }
        finally
        {
            mesh.A.Status = mesh.B.Status = () => 200;
        }

        Assert.Equal(21, (await mesh.LineAsync(line => line.Authority == host && line.Path == "/again")).Attempts);
    }

    private async Task<string> ApplyAsync(string rule, string? instead = null)
    {
        var name = $"retry-{Guid.NewGuid():N}";
        await mesh.ApplyAsync($"{name}.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy(name, "loadBalancer: {simple: ROUND_ROBIN}", mesh.A.Port, mesh.B.Port)}}
            ---
            {{ConformanceMesh.VirtualService($"{name}.example", $$"""
                {{instead ?? rule}}
                  route: [{destination: {host: {{name}}.test} }]
                """)}}
            """);
        return $"{name}.example";
    }

    private async Task FailGrpcAsync(string host, StatusCode status)
    {
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler(host) });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { FailWith = (int)status }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(status, error.StatusCode);
    }
}
