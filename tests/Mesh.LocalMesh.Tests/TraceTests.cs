using Mesh.Tests.Shared.Telemetry;

namespace Mesh.LocalMesh.Tests;

/// <summary>A call is one trace, whatever networks it crosses, as a collector of traces sees it.</summary>
[Collection(MeshCollection.Name)]
public sealed class TraceTests(MeshFixture fixture)
{
    private const string Client = "router outbound|8080||payments.prod.svc.cluster.local egress";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_from_outside_is_a_trace_of_edge_agent_and_payments()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);
        var result = await traffic.EdgeClientPaysAsync(Stop);

        Assert.True(result.Succeeded, result.Status);
        await FollowAsync(result.TraceId, "gateway-a.istio-system");
    }

    [Fact]
    public async Task A_call_of_the_machine_is_a_trace_of_its_agent_and_whom_it_reaches_across_networks()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);
        var result = await traffic.VirtualMachinePaysAsync(Stop);

        Assert.True(result.Succeeded, result.Status);
        await FollowAsync(result.TraceId, "legacy-billing.prod");
    }

    /// <summary>Each hop's span is the child of the one before: first proxy, its try, agent of payments, its try, payments.</summary>
    private async Task FollowAsync(string traceId, string first)
    {
        var spans = await fixture.Traces.SpansAsync(traceId, found => Chain(found, first).Count == 5, Stop);
        var chain = Chain(spans, first);
        Assert.Equal(Client, chain[1].Name);
        Assert.All(chain.Take(4), span => Assert.Equal("proxy", span.Tags["component"]));
        Assert.Equal("payments.prod", chain[2].Service);
        Assert.Equal("prod", chain[2].Tags["istio.namespace"]);
        Assert.StartsWith("payments-", chain[4].Service, StringComparison.Ordinal);
    }

    private static List<TraceCollector.Span> Chain(TraceCollector.Span[] spans, string first)
    {
        var chain = new List<TraceCollector.Span>();
        var next = spans.FirstOrDefault(span => span.Service == first && !span.Name.StartsWith("router ", StringComparison.Ordinal));
        while (next is { } span && chain.Count < 5)
        {
            chain.Add(span);
            next = spans.FirstOrDefault(other => other.Parent == span.Id);
        }

        return chain;
    }
}
