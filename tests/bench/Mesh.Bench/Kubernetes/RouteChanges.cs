using System.Diagnostics;
using Mesh.Bench.Gateway;
using Mesh.Bench.Gateway.Changes;

namespace Mesh.Bench.Kubernetes;

/// <summary>Routes changed in the API server at a constant rate, each watched until a request is routed by it, with requests to all services meanwhile.</summary>
internal sealed class RouteChanges(ClusterProcess cluster, RouteProbe client)
{
    private const int PerMinute = 1_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private int version;

    /// <summary>Milliseconds from before each write until the answer by it; what takes longer than 10 s counts as that.</summary>
    public async Task<(List<double> Routed, List<double> Written)> RunAsync(int changes)
    {
        var random = new Random(changes);
        var schedule = new OpenLoopSchedule(PerMinute / 60.0);
        var (start, pending, written) = (Stopwatch.GetTimestamp(), new List<Task<double>>(), new List<double>());
        using var over = new CancellationTokenSource();
        var traffic = TrafficAsync(random, over.Token);
        for (var i = 0; i < changes; i++)
        {
            if (schedule.At(i) - Stopwatch.GetElapsedTime(start) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait);
            // One after the other: a route that changes again before it was seen would hide the first change.
            var (service, next) = (i % ClusterShape.Busy, ++version);
            var (before, after) = cluster.Put(service, next);
            written.Add(Stopwatch.GetElapsedTime(before, after).TotalMilliseconds);
            pending.Add(SeenAsync(service, next, before));
        }

        var all = await Task.WhenAll(pending);
        await over.CancelAsync();
        await traffic;
        return ([.. all.Order()], [.. written.Order()]);
    }

    private async Task<double> SeenAsync(int service, int wanted, long changed)
    {
        while (await client.VersionAsync(service) < wanted && Stopwatch.GetElapsedTime(changed) < Longest)
        {
        }

        return Stopwatch.GetElapsedTime(changed).TotalMilliseconds;
    }

    private async Task TrafficAsync(Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await client.VersionAsync(random.Next(ClusterShape.Busy));
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
