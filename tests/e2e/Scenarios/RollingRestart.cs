namespace Mesh.EndToEnd.Scenarios;

/// <summary>Everything is replaced, each network and cluster one after the other within itself.</summary>
internal static class RollingRestart
{
    /// <summary>
    /// Steps, of workloads that are replaced at the same time, of processes. A machine's agent goes first, so that the machine has left
    /// before its application stops.
    /// </summary>
    private static readonly IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> Steps =
    [
        [["gateway-a"], ["gateway-legacy"]],
        [["gateway-a2"], ["gateway-legacy2"], ["gateway-b"]],
        [["payments-a"], ["ca"]],
        [["agent-payments-a"], ["agent-vm2", "legacy-billing2"]],
        [["payments-b"], ["agent-vm", "legacy-billing"]],
        [["agent-payments-b"]],
    ];

    /// <summary>
    /// The short form: one process of each kind. None of them is to stand in for one that was away before, so nothing waits for stand-ins,
    /// which takes longer than everything else.
    /// </summary>
    private static readonly IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> OneOfEachKind = [Steps[0], Steps[2], Steps[3]];

    public static Scenario EveryProcess { get; } = new(
        "rolling-restart",
        "Every process of the mesh is stopped in order and started again: nobody notices.",
        async (play, token) =>
        {
            foreach (var step in play.IsShort ? OneOfEachKind : Steps)
            {
                await Task.WhenAll(step.Select(workload => play.RestartAsync(workload, token)));
                await play.Load.MoreAsync(play.IsShort ? 10 : 20, token);
                if (!play.IsShort) await Play.StandInAsync(token);
            }
        });
}
