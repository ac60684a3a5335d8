using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Gateway;
using Mesh.Bench.Gateway.Changes;
using Mesh.Bench.Gateway.Proxies;
using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Kubernetes;

/// <summary>A gateway that reads four API servers: its start, its memory, and how soon it routes by what changes in them.</summary>
internal static class KubernetesBench
{
    private const int Small = 1_000;
    private const int Large = 10_000;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(300);

    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            if (arguments is [ClusterServer.Option, .. var server]) return await ClusterServer.RunAsync(server);
            return await MeasureAsync(BenchOptions.Parse(arguments));
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
        Console.WriteLine($"kubernetes, {BenchReport.Machine()}");
        Console.WriteLine();
        var results = new List<BenchResult>();
        await MeasureAsync(options, Small, starts: options.Quick ? 1 : 5, changes: options.Quick ? 100 : 1_000, results);
        // Four servers with 45,000 objects each take longer to fill than the short form may last.
        if (!options.Quick) await MeasureAsync(options, Large, starts: 3, changes: 0, results);
        if (options.Json is not null) BenchReport.Write(options.Json, "kubernetes", results);
        return 0;
    }

    private static async Task MeasureAsync(BenchOptions options, int services, int starts, int changes, List<BenchResult> results)
    {
        var sync = string.Create(CultureInfo.InvariantCulture, $"sync-{services}");
        string[] cases = changes > 0 ? [sync, "event-to-routed", "event-to-routed-flapping"] : [sync];
        if (!cases.Any(options.WantsCase)) return;
        using var folder = new BenchFolder();
        using var backend = BackendProcess.Start(folder);
        var ports = ProxyPorts.Free();
        using var clusters = BenchClusters.Start(folder, ports, services, backend.Ports.Small);
        if (options.WantsCase(sync)) Report(results, await SyncAsync(sync, folder, clusters, ports, starts));
        if (!cases.Skip(1).Any(options.WantsCase)) return;
        await using var gateway = (await StartAsync(folder, clusters, ports)).Gateway;
        using var client = new RouteProbe(ports.Plain);
        var routes = new RouteChanges(clusters.First, client);
        // What compiles with use does so before it counts.
        await routes.RunAsync(changes / 4);
        if (options.WantsCase("event-to-routed")) Report(results, await ChangesAsync("event-to-routed", routes, client, gateway, changes));
        if (!options.WantsCase("event-to-routed-flapping")) return;
        using var calm = new CancellationTokenSource();
        var flapping = FlappingCluster.RunAsync(clusters.Remote, calm.Token);
        var figures = await ChangesAsync("event-to-routed-flapping", routes, client, gateway, changes);
        await calm.CancelAsync();
        Report(results, [.. figures, new BenchResult("event-to-routed-flapping", "faults", "count", await flapping)]);
    }

    private static async Task<BenchResult[]> SyncAsync(string name, BenchFolder folder, BenchClusters clusters, ProxyPorts ports, int starts)
    {
        // The first round is the servers' own warming up.
        await ListProbe.MeasureAsync(clusters);
        var (server, megabytes) = await ListProbe.MeasureAsync(clusters);
        var (milliseconds, resident, processor) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < starts; i++)
        {
            var (gateway, took) = await StartAsync(folder, clusters, ports);
            await using (gateway)
            {
                milliseconds.Add(took);
                processor.Add(gateway.ProcessorTime.TotalMilliseconds);
                resident.Add(gateway.Megabytes);
            }
        }

        return
        [
            new(name, "milliseconds", "ms", Quantile.Median(milliseconds)),
            new(name, "processor_milliseconds", "ms", Quantile.Median(processor)),
            new(name, "resident_megabytes", "MiB", Quantile.Median(resident)),
            new(name, "server_milliseconds", "ms", server),
            new(name, "megabytes_listed", "MiB", megabytes),
        ];
    }

    private static async Task<BenchResult[]> ChangesAsync(string name, RouteChanges routes, RouteProbe client, BenchProcess gateway, int changes)
    {
        var (requests, failed, processor) = (client.Requests + client.Failed, client.Failed, gateway.ProcessorTime);
        var (routed, written) = await routes.RunAsync(changes);
        return
        [
            new(name, "milliseconds_p50", "ms", Quantile.Of(routed, 0.50)),
            new(name, "milliseconds_p99", "ms", Quantile.Of(routed, 0.99)),
            new(name, "write_milliseconds_p50", "ms", Quantile.Of(written, 0.50)),
            new(name, "failed_requests", "count", client.Failed - failed),
            new(name, "requests", "count", client.Requests + client.Failed - requests),
            new(name, "changes", "count", routed.Count),
            new(name, "cpu_milliseconds_per_change", "ms", (gateway.ProcessorTime - processor).TotalMilliseconds / changes),
            new(name, "resident_megabytes", "MiB", gateway.Megabytes),
        ];
    }

    /// <summary>Starts a gateway and waits until it says that it is ready, and listens.</summary>
    /// <returns>The milliseconds from the start of the process until it was ready.</returns>
    private static async Task<(BenchProcess Gateway, double Milliseconds)> StartAsync(BenchFolder folder, BenchClusters clusters, ProxyPorts ports)
    {
        var health = FreePort.Next();
        var clock = Stopwatch.StartNew();
        // Ready without all clusters is not what is measured here.
        var gateway = MeshGatewayProxy.StartFrom(
            folder, $"kube:{clusters.First.Kubeconfig}@{BenchClusters.Own}", health, "--sync-deadline", "600s");
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{health}/"), Timeout = TimeSpan.FromSeconds(30) };
            while (!await IsReadyAsync(http))
            {
                gateway.EnsureRunning();
                if (clock.Elapsed > StartTimeout) throw new InvalidOperationException($"the gateway was not ready within {StartTimeout.TotalSeconds} s");
                await Task.Delay(5);
            }

            var took = clock.Elapsed.TotalMilliseconds;
            await gateway.ListensAsync(ports.Plain);
            return (gateway, took);
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("healthz/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or System.Net.Sockets.SocketException or TaskCanceledException)
        {
            return false;
        }
    }

    private static void Report(List<BenchResult> results, BenchResult[] ofCase)
    {
        results.AddRange(ofCase);
        BenchReport.Print(ofCase);
    }
}
