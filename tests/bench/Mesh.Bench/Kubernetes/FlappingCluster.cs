namespace Mesh.Bench.Kubernetes;

/// <summary>A cluster whose API server comes and goes: connections cut, positions forgotten (410), connections refused, bytes held back.</summary>
internal static class FlappingCluster
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private static readonly string[][] Rounds = [["break"], ["expire", "break"], ["refuse", "expire", "accept"], ["stall", "break", "resume"]];

    /// <summary>Until cancelled; then all is well again.</summary>
    /// <returns>How many faults there were.</returns>
    public static async Task<int> RunAsync(ClusterProcess cluster, CancellationToken cancellationToken)
    {
        var faults = 0;
        while (true)
        {
            foreach (var step in Rounds[faults++ % Rounds.Length])
            {
                cluster.Tell(step);
                await Task.Delay(Pause, CancellationToken.None);
            }

            if (cancellationToken.IsCancellationRequested) return faults;
        }
    }
}
