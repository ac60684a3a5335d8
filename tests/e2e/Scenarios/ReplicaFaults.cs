namespace Mesh.EndToEnd.Scenarios;

/// <summary>Workloads and machines die.</summary>
internal static class ReplicaFaults
{
    public static Scenario ReplicaKilled { get; } = new(
        "replica-killed",
        "A payments replica dies with its sidecar, then the application alone: the other replica answers.",
        async (play, token) =>
        {
            await play.Load.PauseFlowsAsync(Load.Flows.Of("agent-payments-a"), token);
            play.Kill("payments-a", "agent-payments-a");
            await play.Load.MoreAsync(10, token);
            await play.StartAsync(["payments-a", "agent-payments-a"], token);
            play.Load.Resume();
            await play.Load.MoreAsync(5, token);
            play.Kill("payments-a");
            await play.Load.MoreAsync(10, token);
            await play.StartAsync(["payments-a"], token);
        });
}
