using System.Globalization;

namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>
/// Random sequences of what happens to clusters, in simulated time. <c>MESH_SIMULATION_SEED</c> replays one seed,
/// <c>MESH_SIMULATION_RUNS</c> runs that many seeds from it (or from a new one) on.
/// </summary>
[Collection(SimulationGroup.Name)]
public sealed class ClusterSimulationTests
{
    private const int Steps = 40;
    private const int FixedSeeds = 20;

    [Fact]
    public async Task Whatever_happens_to_clusters_nothing_vanishes_and_all_recover()
    {
        var seed = Number("MESH_SIMULATION_SEED");
        var runs = Number("MESH_SIMULATION_RUNS") ?? (seed is null ? FixedSeeds : 1);
        var first = seed ?? (runs > FixedSeeds ? Environment.TickCount & 0xffffff : 1);
        for (var run = first; run < first + runs; run++)
        {
            await using var simulation = new ClusterSimulation(run);
            try
            {
                simulation.Run(Steps);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {run}, {e.Message}\n{string.Join('\n', simulation.Trace)}\nreplay it with MESH_SIMULATION_SEED={run}");
            }
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
