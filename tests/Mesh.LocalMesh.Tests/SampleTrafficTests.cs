namespace Mesh.LocalMesh.Tests;

/// <summary>The main job, as ./mesh up shows it.</summary>
[Collection(MeshCollection.Name)]
public sealed class SampleTrafficTests(MeshFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outside_client_pays_through_the_edge_and_payments_sees_the_gateway_as_caller()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);

        var result = await traffic.EdgeClientPaysAsync(Token);

        Assert.True(result.Succeeded, result.Status);
        Assert.Equal("gateway-a → agent-payments-a → payments-a", result.Path);
        Assert.Equal("spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account", result.Identity);
    }

    [Fact]
    public async Task The_machine_pays_across_networks_through_the_gateway_of_vpc_a_with_its_own_identity()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);

        var result = await traffic.VirtualMachinePaysAsync(Token);

        Assert.True(result.Succeeded, result.Status);
        Assert.Equal("agent-vm → gateway-a → agent-payments-a → payments-a", result.Path);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/legacy-billing", result.Identity);
    }

    [Fact]
    public async Task A_workload_of_the_cluster_reaches_the_machine_through_the_gateway_of_its_network()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);

        var result = await traffic.ClusterCallsVirtualMachineAsync(Token);

        Assert.True(result.Succeeded, result.Status);
        Assert.Equal("agent-payments-a → gateway-legacy → agent-vm", result.Path);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/payments", result.Identity);
    }

    [Fact]
    public async Task A_killed_replica_costs_no_call_and_gets_traffic_again_when_it_is_back()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);

        var killed = await traffic.ReplicaIsKilledAsync(Token);
        var returned = await traffic.ReplicaReturnsAsync(Token);

        Assert.True(killed.Succeeded, killed.Status);
        Assert.Equal("gateway-a → gateway-b → agent-payments-b → payments-b", killed.Path);
        Assert.True(returned.Succeeded, returned.Status);
        Assert.Equal("gateway-a → agent-payments-a → payments-a", returned.Path);
    }

    [Fact]
    public async Task Without_the_east_west_gateway_of_vpc_a_the_machine_pays_through_vpc_b()
    {
        using var traffic = new SampleTraffic(fixture.Mesh);
        fixture.Mesh["gateway-a"].Terminate();
        await fixture.Mesh["gateway-a"].WaitForExitAsync(TimeSpan.FromSeconds(90), Token);
        try
        {
            var result = await traffic.VirtualMachinePaysAsync(Token);

            Assert.True(result.Succeeded, result.Status);
            Assert.Equal("agent-vm → gateway-b → agent-payments-b → payments-b", result.Path);
        }
        finally
        {
            await fixture.Mesh.RestartAsync("gateway-a", Token);
        }
    }
}
