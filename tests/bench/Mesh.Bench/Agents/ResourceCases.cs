using System.Diagnostics;

namespace Mesh.Bench.Agents;

/// <summary>What an agent costs its machine.</summary>
internal static class ResourceCases
{
    public const string Idle = "idle";

    /// <summary>The agent gives back what only its start needed, three seconds after it has become ready.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    /// <summary>Registered, probed every second, Lease renewed, nobody calls.</summary>
    public static async Task<BenchResult[]> IdleAsync(AgentRig rig, TimeSpan duration)
    {
        await using var machine = rig.Machine("idle", RigResources.MachineAddress(0), RegistrationWay.Kubernetes);
        machine.Start();
        await Until.TrueAsync(() => rig.IsRegistered(machine, RegistrationWay.Kubernetes), "the machine is registered", machine.Process);
        await Task.Delay(Settled);
        var (clock, before) = (Stopwatch.StartNew(), machine.Process.ProcessorTime);
        await Task.Delay(duration);
        var share = (machine.Process.ProcessorTime - before) / clock.Elapsed;
        return
        [
            new(Idle, "resident_megabytes", "MiB", machine.Process.ResidentMegabytes),
            new(Idle, "cpu_percent", "%", share * 100),
        ];
    }
}
