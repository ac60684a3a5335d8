using Mesh.Tests.Shared.Telemetry;

namespace Mesh.LocalMesh.Tests;

/// <summary>What Prometheus scrapes from the proxies of a mesh that carries traffic.</summary>
[Collection(MeshCollection.Name)]
public sealed class MetricsTests(MeshFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gateway-a")]
    [InlineData("gateway-legacy")]
    [InlineData("agent-payments-a")]
    [InlineData("agent-vm")]
    public async Task Prometheus_own_reader_has_nothing_to_say_against_a_page(string process)
    {
        using (var traffic = new SampleTraffic(fixture.Mesh))
        {
            Assert.True((await traffic.EdgeClientPaysAsync(Stop)).Succeeded);
            Assert.True((await traffic.VirtualMachinePaysAsync(Stop)).Succeeded);
            Assert.True((await traffic.ClusterCallsVirtualMachineAsync(Stop)).Succeeded);
        }

        var topology = fixture.Mesh.Topology;
        var address = process switch
        {
            "gateway-a" => topology.GatewayA,
            "gateway-legacy" => topology.GatewayLegacy,
            "agent-payments-a" => topology.PaymentsA,
            _ => topology.Vm,
        };
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri($"http://{address}:15020/stats/prometheus"), Stop);
        Assert.Contains("istio_", page, StringComparison.Ordinal);
        Assert.Empty(await Promtool.CheckAsync(page, Stop));
    }
}
