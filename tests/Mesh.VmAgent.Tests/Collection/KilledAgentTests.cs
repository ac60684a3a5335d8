using Mesh.Config.Model;
using Mesh.Config.Sources;
using Mesh.DataPlane.Registration;
using Mesh.Gateway.Collection;
using Mesh.VmAgent.Tests.Proxy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>A real agent process, killed as a machine dies.</summary>
public sealed class KilledAgentTests
{
    private static readonly string Binary = TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_agent_gets_no_traffic_any_more_and_its_entry_goes()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        await using var model = MeshModel.Start([new FolderSource(mesh.ConfigFolder, "c1")], cancellationToken: Token);
        var options = new CollectionOptions { Grace = TimeSpan.FromSeconds(1) };
        var metrics = new CollectionMetrics();
        using var check = new HttpAgentCheck(options.ProbeTimeout, TimeProvider.System);
        var prober = new AgentProber("n1", check, TimeProvider.System, NullLogger<AgentProber>.Instance);
        using var collection = new CollectionService(
            () => model.Current, "n1", prober,
            new RegistrationCollector(
                new FileWorkloadRegistry(mesh.ConfigFolder), options, metrics, TimeProvider.System, NullLogger<RegistrationCollector>.Instance),
            new CollectionBoard(), options, TimeProvider.System);
        await collection.StartAsync(Token);

        await using var agent = RunningProgram.Start(
            Binary,
            [
                .. BadInputTests.Arguments("--identity", "--source"), "--identity", $"files:{mesh.IdentityFolder("echo")}",
                "--source", $"file:{mesh.ConfigFolder}@c1", "--workload-group", "prod/echo", "--register", $"file:{mesh.ConfigFolder}",
            ]);
        await Eventually.HoldsAsync(() => prober.Observations.Any(seen => seen is { SeenAlive: true, IsDown: false }), "the agent is seen alive");
        var endpoint = new ProxyEndpoint { Address = "127.0.0.1", Port = 1, Network = "n1" };
        Assert.False(prober.IsDown(endpoint));

        agent.Kill();
        await Eventually.HoldsAsync(() => prober.IsDown(endpoint), "the endpoint is out");
        await Eventually.HoldsAsync(() => mesh.Entry() is null, "the entry is gone");
        await collection.StopAsync(Token);
    }
}
