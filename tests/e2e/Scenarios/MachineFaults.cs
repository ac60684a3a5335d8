using Mesh.EndToEnd.Networks;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Machines outside Kubernetes fail as machines do: at once, and without closing anything.</summary>
internal static class MachineFaults
{
    public static Scenario PowerLost { get; } = new(
        "machine-dies",
        "A machine loses its power: nothing it had open is closed, and its callers' reads are answered by the other machine.",
        async (play, token) =>
        {
            var machine = play.Rig.Mesh.Topology.Vm2!;
            // Leaves and comes back: what its callers have open afterwards is open to the machine that dies.
            await play.RestartAsync(["agent-vm"], token);
            await play.Load.MoreAsync(5, token);
            play.Note($"{machine} is off");
            await NetworkNamespaces.PowerOffAsync("vpc-legacy", machine, token);
            play.Kill("agent-vm2", "legacy-billing2");
            await play.Load.MoreAsync(20, token);
            await NetworkNamespaces.HealAsync(token);
            await play.StartAsync(["legacy-billing2", "agent-vm2"], token);
        });
}
