using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class ConnectionPoolTests(ConformanceMesh mesh)
{
    [Theory(Timeout = 120_000)]
    [InlineData("requests", "connectionPool: {http: {http2MaxRequests: 1}}", 2)]
    [InlineData("pending", "connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}", 3)]
    public async Task Beyond_its_limits_a_service_is_not_asked_and_callers_are_told_so(string name, string policy, int callers)
    {
        var host = await ApplyAsync("pool-" + name, policy, mesh.A.Port);
        using var arrived = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        await mesh.A.WithAnswersAsync(
            async context =>
            {
                if (context.Request.Path != "/wait") return false;
                arrived.Release();
                await go.WaitAsync(context.RequestAborted);
                return false;
            },
            async () =>
            {
                Assert.Equal(HttpStatusCode.OK, (await mesh.AskAsync(host, "/")).Status);
                var first = mesh.AskAsync(host, "/wait");
                await arrived.WaitAsync(TestContext.Current.CancellationToken);
                var others = Enumerable.Range(1, callers - 1).Select(_ => mesh.AskAsync(host, "/other")).ToList();
                var refused = await await Task.WhenAny(others);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, "true"), (refused.Status, refused.Headers["x-envoy-overloaded"]));
                go.Release();
                Assert.Equal("a", (await first).Server);
                Assert.Single(await Task.WhenAll(others), answer => answer.Status == HttpStatusCode.ServiceUnavailable);
            });
        Assert.Equal("UO", (await mesh.LineAsync(line => line.Authority == host && line.ResponseCode == 503)).ResponseFlags);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_connection_serves_no_more_requests_than_it_may()
    {
        var host = await ApplyAsync("pool-per-connection", "connectionPool: {http: {maxRequestsPerConnection: 1}}", mesh.A.Port);
        var connections = new HashSet<string>();
        await mesh.A.WithAnswersAsync(
            context =>
            {
                if (context.Request.Path == "/count") connections.Add(context.Connection.Id);
                return Task.FromResult(false);
            },
            async () =>
            {
                for (var i = 0; i < 5; i++) await mesh.AskAsync(host, "/count");
            });
        Assert.Equal(5, connections.Count);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("upgrade", "h2UpgradePolicy: UPGRADE", "1.1", "HTTP/2")]
    [InlineData("keep", "h2UpgradePolicy: DO_NOT_UPGRADE", "2.0", "HTTP/1.1")]
    [InlineData("default", "maxRetries: 1", "2.0", "HTTP/1.1")]
    [InlineData("client-2", "useClientProtocol: true", "2.0", "HTTP/2")]
    [InlineData("client-1", "useClientProtocol: true", "1.1", "HTTP/1.1")]
    public async Task The_HTTP_version_towards_an_http_port_is_what_the_rule_says(string name, string policy, string version, string expected)
    {
        var host = await ApplyAsync("pool-" + name, $"connectionPool: {{http: {{{policy}}}}}", mesh.A.Port);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, mesh.Address)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains($" {expected} ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_retry_budget_of_nothing_lets_no_request_be_tried_again()
    {
        await mesh.ApplyAsync("pool-budget.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy("pool-budget", "retryBudget: {percent: {value: 0}, minRetryConcurrency: 0}", mesh.A.Port)}}
            ---
            {{ConformanceMesh.VirtualService("pool-budget.example", """
                - retries: {attempts: 3, retryOn: 5xx}
                  route: [{destination: {host: pool-budget.test}}]
                """)}}
            """);
        mesh.A.Status = () => 503;
        try
        {
            Assert.Equal("a", (await mesh.AskAsync("pool-budget.example", "/no-retry")).Server);
        }
        finally
        {
            mesh.A.Status = () => 200;
        }

        var line = await mesh.LineAsync(line => line.Authority == "pool-budget.example" && line.Path == "/no-retry");
        Assert.Equal(("UO", 1), (line.ResponseFlags, line.Attempts));
    }

    private async Task<string> ApplyAsync(string name, string policy, params int[] ports)
    {
        await mesh.ApplyAsync($"{name}.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy(name, policy, ports)}}
            ---
            {{ConformanceMesh.VirtualService($"{name}.example", $"- route: [{{destination: {{host: {name}.test}}}}]")}}
            """);
        return $"{name}.example";
    }
}
