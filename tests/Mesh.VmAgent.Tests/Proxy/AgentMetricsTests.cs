using System.Net;
using Mesh.DataPlane.Tests.Support;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>What Prometheus reads from both agents of a call.</summary>
public sealed class AgentMetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_call_is_counted_once_by_each_side()
    {
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(app.Port);
        var (echo, caller) = await mesh.StartPairAsync();
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"http://{caller.Outbound}"), UseProxy = true });

        await client.GetStringAsync($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/", Token);

        var sent = await SampleAsync(caller);
        Assert.Equal(("source", "unknown"), (sent["reporter"], sent["connection_security_policy"]));
        Assert.Equal(("agent-caller", "spiffe://cluster.local/ns/prod/sa/caller"), (sent["source_workload"], sent["source_principal"]));
        Assert.Equal(("echo", "spiffe://cluster.local/ns/prod/sa/echo"), (sent["destination_app"], sent["destination_principal"]));
        Assert.Equal((AgentMesh.Host, "echo", "prod"), (sent["destination_service"], sent["destination_service_name"], sent["destination_service_namespace"]));
        var received = await SampleAsync(echo);
        Assert.Equal(("destination", "mutual_tls"), (received["reporter"], received["connection_security_policy"]));
        Assert.Equal(("prod", "spiffe://cluster.local/ns/prod/sa/caller"), (received["source_workload_namespace"], received["source_principal"]));
        Assert.Equal(("agent-caller", "caller", "c1"), (received["source_workload"], received["source_app"], received["source_cluster"]));
        Assert.Equal(("echo", "c1", AgentMesh.Host), (received["destination_workload"], received["destination_cluster"], received["destination_service"]));
    }

    private static async Task<IReadOnlyDictionary<string, string>> SampleAsync(AgentSettings agent)
    {
        using var http = new HttpClient();
        Scrape.Sample? found = null;
        await Eventually.HoldsAsync(
            () =>
            {
                var page = Scrape.Parse(http.GetStringAsync($"http://{agent.Admin}/stats/prometheus", Token).GetAwaiter().GetResult());
                return (found = page.Find("istio_requests_total")) is not null;
            },
            $"{agent.Name} counts the call");
        Assert.Equal(1, found!.Value);
        return found.Labels;
    }
}
