using System.Net;

namespace Mesh.Gateway.Tests.Conformance;

[Collection(SharedMesh.Name)]
public sealed class OutlierTests(ConformanceMesh mesh)
{
    private const string Long = "interval: 1h, baseEjectionTime: 1h";

    [Theory(Timeout = 120_000)]
    [InlineData("5xx", "consecutive5xxErrors: 2, maxEjectionPercent: 100", 500, true)]
    [InlineData("5xx-off", "consecutive5xxErrors: 0, maxEjectionPercent: 100", 500, false)]
    [InlineData("gateway", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 2", 502, true)]
    [InlineData("gateway-500", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 2", 500, false)]
    [InlineData("default", "maxEjectionPercent: 0", 500, true)]
    [InlineData("split", "consecutive5xxErrors: 0, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2", 500, false)]
    [InlineData("panic", "consecutive5xxErrors: 2, maxEjectionPercent: 100, minHealthPercent: 60", 500, false)]
    public async Task An_application_that_fails_in_a_row_gets_no_calls_for_a_while(string name, string policy, int status, bool ejected)
    {
        var host = await ApplyAsync("outlier-" + name, $"{{{policy}, {Long}}}", mesh.A.Port, mesh.B.Port);
        mesh.A.Status = () => status;
        try
        {
            for (var i = 0; i < 20; i++) await mesh.AskAsync(host, "/");
            var servers = new HashSet<string?>();
            for (var i = 0; i < 10; i++) servers.Add((await mesh.AskAsync(host, "/")).Server);
            string?[] expected = ejected ? ["b"] : ["a", "b"];
            Assert.Equal(expected, servers.Order());
        }
        finally
        {
            mesh.A.Status = () => 200;
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("dead-split", "consecutive5xxErrors: 0, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2", 1)]
    [InlineData("dead-whole", "consecutive5xxErrors: 2", 1)]
    [InlineData("dead-other", "consecutive5xxErrors: 2, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 0", 2)]
    public async Task Connections_that_fail_count_on_their_own_where_they_are_split_off(string name, string policy, int attempts)
    {
        var host = await ApplyAsync("outlier-" + name, $"{{{policy}, maxEjectionPercent: 100, {Long}}}", FreePort.Next(), mesh.B.Port);
        for (var i = 0; i < 20; i++) Assert.Equal("b", (await mesh.AskAsync(host, "/")).Server);
        for (var i = 0; i < 4; i++) Assert.Equal("b", (await mesh.AskAsync(host, $"/last-{i}")).Server);
        var most = 0;
        for (var i = 0; i < 4; i++)
            most = Math.Max(most, (await mesh.LineAsync(line => line.Authority == host && line.Path == $"/last-{i}")).Attempts);
        Assert.Equal(attempts, most);
    }

    [Fact(Timeout = 120_000)]
    public async Task When_all_are_ejected_callers_are_told_at_once_and_no_application_is_asked()
    {
        var host = await ApplyAsync("outlier-all", $"{{consecutive5xxErrors: 1, maxEjectionPercent: 100, {Long}}}", mesh.A.Port);
        mesh.A.Status = () => 500;
        try
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await mesh.AskAsync(host, "/")).Status);
        }
        finally
        {
            mesh.A.Status = () => 200;
        }

        var answer = await mesh.AskAsync(host, "/all-out");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, null), (answer.Status, answer.Server));
        Assert.Equal("UH", (await mesh.LineAsync(line => line.Authority == host && line.Path == "/all-out")).ResponseFlags);
    }

    /// <summary>The probe of the route would count as a success; it is answered by the route itself.</summary>
    private async Task<string> ApplyAsync(string name, string outlier, params int[] ports)
    {
        await mesh.ApplyAsync($"{name}.example", $$"""
            {{ConformanceMesh.ServiceWithPolicy(name, $"""
                loadBalancer: {"{simple: ROUND_ROBIN}"}
                connectionPool: {"{tcp: {connectTimeout: 5s}}"}
                outlierDetection: {outlier}
                """, ports)}}
            ---
            {{ConformanceMesh.VirtualService($"{name}.example", $$"""
                - match: [{uri: {exact: /is-it-there} }]
                  directResponse: {status: 200}
                - route: [{destination: {host: {{name}}.test} }]
                """)}}
            """);
        return $"{name}.example";
    }
}
