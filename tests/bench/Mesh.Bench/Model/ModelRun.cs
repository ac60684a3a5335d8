using System.Diagnostics;
using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Sources;

namespace Mesh.Bench.Model;

/// <summary>Measures one size of mesh in this process.</summary>
internal static class ModelRun
{
    public static IEnumerable<BenchResult> Measure(int services, bool quick)
    {
        var mesh = new BenchMesh(services);
        var clock = new StepClock();
        var model = new MeshModel(mesh.Sources, new MeshModelOptions { Debounce = TimeSpan.Zero }, clock);
        var load = Load(mesh, model, clock);
        // The objects are the model's now; a list of them that nobody needs any more is not what the mesh takes.
        foreach (var source in mesh.Sources) source.Objects.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var resident = process.WorkingSet64 / (1024.0 * 1024.0);
        foreach (var upstream in model.Current.ViewFrom(BenchMesh.Scope).Upstreams) GC.KeepAlive(upstream);

        var (milliseconds, kilobytes) = Changes(services, mesh, model, clock, quick ? 1_000 : 5_000);
        var name = services.ToString(CultureInfo.InvariantCulture);
        yield return new BenchResult($"load-{name}", "milliseconds", "ms", load);
        yield return new BenchResult($"load-{name}", "resident_megabytes", "MiB", resident);
        yield return new BenchResult($"endpoint-change-{name}", "milliseconds_p50", "ms", At(milliseconds, 0.50));
        yield return new BenchResult($"endpoint-change-{name}", "milliseconds_p99", "ms", At(milliseconds, 0.99));
        yield return new BenchResult($"endpoint-change-{name}", "kilobytes_allocated", "KiB", kilobytes);

        var (reaction, snapshots, burst) = ReactionAsync(services, quick ? 50 : 200).GetAwaiter().GetResult();
        yield return new BenchResult($"idle-reaction-{name}", "milliseconds_p50", "ms", At(reaction, 0.50));
        yield return new BenchResult($"idle-reaction-{name}", "milliseconds_p99", "ms", At(reaction, 0.99));
        yield return new BenchResult($"burst-of-1000-{name}", "snapshots", "count", snapshots);
        yield return new BenchResult($"burst-of-1000-{name}", "milliseconds", "ms", burst);
    }

    /// <summary>From objects in memory to the first synced snapshot.</summary>
    private static double Load(BenchMesh mesh, MeshModel model, StepClock clock)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var source in mesh.Sources)
            model.Apply(source, new MeshChanges { Upserts = [.. source.Objects], Synced = true });
        clock.Fire();
        if (!model.Current.Synced) throw new InvalidOperationException("the model did not sync");
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>From one endpoint change applied to the new snapshot published and that upstream read in one view.</summary>
    private static (double[] Milliseconds, double Kilobytes) Changes(
        int services, BenchMesh mesh, MeshModel model, StepClock clock, int rounds)
    {
        var random = new Random(1);
        var ready = new bool[services];
        Array.Fill(ready, true);
        var warmUp = rounds / 2;
        var milliseconds = new double[rounds];
        long allocated = 0;
        for (var i = -warmUp; i < rounds; i++)
        {
            var service = random.Next(services);
            ready[service] = !ready[service];
            var key = BenchMesh.KeyOf(service);
            var changes = new MeshChanges { Upserts = [mesh.Slice(service, ready[service])], Synced = true };
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            model.Apply(mesh.Sources[0], changes);
            clock.Fire();
            var upstream = model.Current.ViewFrom(BenchMesh.Scope).FindUpstream(key);
            var elapsed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            var unhealthy = upstream!.Endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Unhealthy);
            if (unhealthy != (ready[service] ? 0 : 1)) throw new InvalidOperationException($"{key} does not show the change");
            if (i < 0) continue;
            milliseconds[i] = elapsed;
            allocated += bytes;
        }

        return (milliseconds, allocated / 1024.0 / rounds);
    }

    /// <summary>With the real clock and the default settings: how soon an idle mesh reacts, and what a burst becomes.</summary>
    private static async Task<(double[] Milliseconds, int Snapshots, double Burst)> ReactionAsync(int services, int rounds)
    {
        var mesh = new BenchMesh(services);
        await using var model = new MeshModel(mesh.Sources);
        var published = new SemaphoreSlim(0);
        model.Published += _ => published.Release();
        foreach (var source in mesh.Sources) model.Apply(source, new MeshChanges { Upserts = [.. source.Objects], Synced = true });
        while (!model.Current.Synced) await published.WaitAsync();
        var milliseconds = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            await Task.Delay(20);
            while (published.Wait(0)) { }
            var began = Stopwatch.GetTimestamp();
            model.Apply(mesh.Sources[0], new MeshChanges { Upserts = [mesh.Slice(i % services, i / services % 2 == 1)], Synced = true });
            await published.WaitAsync();
            milliseconds[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        await Task.Delay(100);
        var versionBefore = model.Current.Version;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000; i++)
            model.Apply(mesh.Sources[0], new MeshChanges { Upserts = [mesh.Slice(i % services, i / services % 2 == 0)], Synced = true });
        var wait = Stopwatch.GetElapsedTime(start);
        await published.WaitAsync();
        var burst = Stopwatch.GetElapsedTime(start).TotalMilliseconds - wait.TotalMilliseconds;
        await Task.Delay(200);
        return (milliseconds, (int)(model.Current.Version - versionBefore), burst);
    }

    private static double At(double[] values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(quantile * sorted.Length) - 1)];
    }
}
