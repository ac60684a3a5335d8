using System.Globalization;

namespace Mesh.Config.Tests.Simulation;

/// <summary>
/// Random sequences of changes in simulated time. <c>MESH_SIMULATION_SEED</c> replays one seed,
/// <c>MESH_SIMULATION_RUNS</c> runs that many seeds from it (or from a new one) on.
/// </summary>
public sealed class SimulationTests
{
    private const int Steps = 40;
    private const int FixedSeeds = 6;

    [Fact]
    public void After_any_sequence_of_changes_the_snapshot_is_the_one_made_from_scratch()
    {
        var seed = Number("MESH_SIMULATION_SEED");
        var runs = Number("MESH_SIMULATION_RUNS") ?? (seed is null ? FixedSeeds : 1);
        var first = seed ?? (runs > FixedSeeds ? Environment.TickCount & 0xffffff : 1);
        for (var run = first; run < first + runs; run++)
        {
            using var simulation = new MeshSimulation(run);
            try
            {
                simulation.Run(Steps);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {run}, {e.Message}\nreplay it with MESH_SIMULATION_SEED={run}");
            }
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
