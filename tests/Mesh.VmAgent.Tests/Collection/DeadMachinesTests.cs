using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>Agents and gateways as processes around an API server, and what they do about each other's death.</summary>
public sealed class DeadMachinesTests
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Machines_that_leave_or_die_are_cleaned_up_also_when_the_leading_gateway_dies_with_them_and_the_api_server_is_away()
    {
        await using var cluster = await MachineCluster.StartAsync();
        var gateways = new[] { cluster.StartGateway("gateway-1"), cluster.StartGateway("gateway-2") };
        var agents = Enumerable.Range(1, 4).ToDictionary(machine => machine, cluster.StartAgent);

        // Everybody is seen from afar.
        var (leader, seen) = (0, Array.Empty<JsonNode>());
        await HoldsAsync(
            async () =>
            {
                if (await LeaderAsync(gateways) is not { } found) return false;
                (leader, seen) = (found, await MachinesAsync(gateways[found].Admin));
                return seen.Count(machine => Text(machine, "lease") == "renewed" && Text(machine, "probe") == "ready") == 4;
            },
            () => $"a gateway leads and sees four machines alive:\n{string.Join('\n', seen.Select(machine => machine.ToJsonString()))}\n"
                + string.Join('\n', agents.Values.Concat(gateways.Select(gateway => gateway.Program)).Select(program => program.Output)));
        Assert.All(seen, machine => Assert.NotEmpty(Text(machine["agent"], "version")));

        // One leaves.
        Assert.Equal(0, await agents[4].TerminateAsync());
        Assert.Null(cluster.Entry(4));
        Assert.Null(cluster.Lease(4));

        // One dies, and with it the gateway that would clean up, while the API server is away: who is left stops calling it all the same.
        var (rest, address) = gateways[1 - leader];
        await cluster.Server.StopAsync();
        agents[1].Kill();
        gateways[leader].Program.Kill();
        await HoldsAsync(async () => (await MachinesAsync(address)).Any(machine =>
            Text(machine, "entry") == "prod/" + MachineCluster.EntryName(1) && machine["down"]!.GetValue<bool>()), () => "the dead machine gets no traffic");
        Assert.NotNull(cluster.Entry(1));
        Assert.DoesNotContain("AgentUnreachable", cluster.Entry(1)!.ToJsonString(), StringComparison.Ordinal);

        await cluster.Server.ListenAsync(Token);
        await HoldsAsync(() => Task.FromResult(cluster.Entry(1) is null && cluster.Lease(1) is null), () => "the other gateway cleans up");
        await HoldsAsync(
            () => Task.FromResult(new[] { 2, 3 }.All(machine =>
                cluster.Lease(machine) is not null && cluster.Entry(machine)?.ToJsonString().Contains("AgentUnreachable", StringComparison.Ordinal) == false)),
            () => "those that live are as they were");
        Assert.False(rest.HasExited);
    }

    /// <summary>Which of the gateways leads; null when none that answers does.</summary>
    private static async Task<int?> LeaderAsync((RunningProgram Program, Uri Admin)[] gateways)
    {
        for (var i = 0; i < gateways.Length; i++)
            if (await PageAsync(gateways[i].Admin) is { } page && page["leads"]!.GetValue<bool>()) return i;
        return null;
    }

    private static async Task<JsonNode[]> MachinesAsync(Uri admin) =>
        await PageAsync(admin) is { } page ? [.. page["machines"]!.AsArray().Select(machine => machine!)] : [];

    private static async Task<JsonNode?> PageAsync(Uri admin)
    {
        try
        {
            return JsonNode.Parse(await Client.GetStringAsync(new Uri(admin, "machines?format=json"), Token));
        }
        catch (Exception error) when (error is HttpRequestException or SocketException || (error is TaskCanceledException && !Token.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Text(JsonNode? node, string name) => node?[name]?.ToString() ?? "";

    /// <summary>Not too often: the processes that are waited for need the time.</summary>
    private static Task HoldsAsync(Func<Task<bool>> condition, Func<string> what) => Eventually.HoldsAsync(
        async () =>
        {
            if (await condition()) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(200), Token);
            return false;
        },
        what);
}
