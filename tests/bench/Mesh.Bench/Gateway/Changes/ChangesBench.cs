using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Gateway.Proxies;
using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Gateway.Changes;

/// <summary>From a changed file to the first request that is routed by it, with 1,000 changes a minute and requests all the while.</summary>
internal static class ChangesBench
{
    private const int ChangesPerMinute = 1_000;
    private static readonly int[] Sizes = [100, 10_000];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(180);

    public static async Task<int> RunAsync(string[] options)
    {
        try
        {
            return await MeasureAsync(BenchOptions.Parse(options));
        }
#pragma warning disable CA1031 // Whatever failed, the processes have been stopped on the way here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"mesh-bench: {exception}");
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(BenchOptions options)
    {
        Console.WriteLine($"gateway-config, {BenchReport.Machine()}");
        Console.WriteLine();
        var results = new List<BenchResult>();
        foreach (var services in Sizes)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"services-{services}");
            if (!options.WantsCase(name)) continue;
            var figures = await MeasureAsync(services, options.Quick ? 130 : ChangesPerMinute);
            BenchResult[] ofCase =
            [
                new(name, "milliseconds_p50", "ms", figures.MillisecondsP50),
                new(name, "milliseconds_p99", "ms", figures.MillisecondsP99),
                new(name, "failed_requests", "count", figures.Failed),
                new(name, "requests", "count", figures.Requests),
                new(name, "changes", "count", figures.Changes),
                new(name, "cpu_milliseconds_per_change", "ms", figures.ProcessorMilliseconds),
                new(name, "resident_megabytes", "MiB", figures.Megabytes),
            ];
            results.AddRange(ofCase);
            BenchReport.Print(ofCase);
        }

        if (options.Json is not null) BenchReport.Write(options.Json, "gateway-config", results);
        return 0;
    }

    private static async Task<ChangesFigures> MeasureAsync(int services, int changes)
    {
        using var folder = new BenchFolder();
        using var backend = BackendProcess.Start(folder);
        var ports = ProxyPorts.Free();
        var config = new ConfigFolder(folder, ports, services, backend.Ports.Small);
        await using var gateway = MeshGatewayProxy.Start(folder, Path.Combine(folder.Root, "config"));
        await gateway.ListensAsync(ports.Plain);
        using var client = new RouteProbe(ports.Plain);
        var clock = Stopwatch.StartNew();
        while (await client.VersionAsync(services - 1) != 0)
        {
            if (clock.Elapsed > StartTimeout) throw new InvalidOperationException($"the routes of {services} services do not come up");
            await Task.Delay(50);
        }

        // What compiles with use does so before it counts.
        await RunAsync(config, client, services, changes / 4, firstVersion: 1);
        var warm = client.Failed + client.Requests;
        var failedBefore = client.Failed;
        var processor = gateway.ProcessorTime;
        var milliseconds = await RunAsync(config, client, services, changes, firstVersion: changes);
        milliseconds.Sort();
        return new ChangesFigures(
            milliseconds.Count, Quantile.Of(milliseconds, 0.50), Quantile.Of(milliseconds, 0.99), client.Failed - failedBefore,
            client.Failed + client.Requests - warm, (gateway.ProcessorTime - processor).TotalMilliseconds / changes, gateway.Megabytes);
    }

    /// <summary>Milliseconds of each change. They are due at a constant rate, and one that is late does not put off the others.</summary>
    private static async Task<List<double>> RunAsync(ConfigFolder config, RouteProbe client, int services, int changes, int firstVersion)
    {
        var random = new Random(firstVersion);
        var schedule = new OpenLoopSchedule(ChangesPerMinute / 60.0);
        var start = Stopwatch.GetTimestamp();
        var pending = new List<Task<double>>();
        using var over = new CancellationTokenSource();
        var traffic = TrafficAsync(client, services, over.Token);
        for (var i = 0; i < changes; i++)
        {
            if (schedule.At(i) - Stopwatch.GetElapsedTime(start) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait);
            // Each service changes once at a time: a file that changes again before it was seen would hide the first change.
            var service = (random.Next(services / 50) * 50) + (i % 50);
            var version = firstVersion + i;
            var changed = Stopwatch.GetTimestamp();
            config.Write(service, version);
            pending.Add(SeenAsync(client, service, version, changed));
        }

        var all = await Task.WhenAll(pending);
        await over.CancelAsync();
        await traffic;
        return [.. all];
    }

    private static async Task<double> SeenAsync(RouteProbe client, int service, int version, long changed)
    {
        // What takes longer counts as that long.
        while (await client.VersionAsync(service) < version && Stopwatch.GetElapsedTime(changed) < Longest)
        {
        }

        return Stopwatch.GetElapsedTime(changed).TotalMilliseconds;
    }

    /// <summary>Requests to services that do not change just now, which must not notice the changes of others.</summary>
    private static async Task TrafficAsync(RouteProbe client, int services, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        while (!cancellationToken.IsCancellationRequested)
        {
            await client.VersionAsync(random.Next(services));
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
