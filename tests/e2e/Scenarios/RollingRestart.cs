namespace Mesh.EndToEnd.Scenarios;

/// <summary>Everything is replaced, one after the other.</summary>
internal static class RollingRestart
{
    /// <summary>A machine's agent goes first, so that the machine has left before its application stops.</summary>
    private static readonly IReadOnlyList<IReadOnlyList<string>> Steps =
    [
        ["gateway-a"], ["gateway-a2"], ["gateway-b"], ["gateway-legacy"], ["gateway-legacy2"],
        ["payments-a"], ["agent-payments-a"], ["payments-b"], ["agent-payments-b"],
        ["agent-vm", "legacy-billing"], ["agent-vm2", "legacy-billing2"], ["ca"],
    ];

    public static Scenario EveryProcess { get; } = new(
        "rolling-restart",
        "Every process of the mesh is stopped in order and started again, one after the other: nobody notices.",
        async (play, token) =>
        {
            foreach (var step in Steps)
            {
                await play.RestartAsync(step, token);
                // The next one stops when this one has work again.
                await play.Load.MoreAsync(play.IsShort ? 3 : 20, token);
            }
        });
}
