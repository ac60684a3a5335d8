using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Agents;

/// <summary>
/// Machines that fail while calls come from another network, and how long proxies still route to them: until the last connection that was
/// begun to one, or the last call at the edge that failed or was held up, whichever was later.
/// </summary>
internal sealed class FaultCases : IAsyncDisposable
{
    public const string Killed = "killed-to-out";
    public const string CutOff = "cut-off-to-out";
    public const string DoubleFailure = "double-failure-to-gone";

    public static IReadOnlyList<string> All { get; } = [Killed, CutOff, DoubleFailure];

    private const double MeshCallsPerSecond = 100;
    private const RegistrationWay Way = RegistrationWay.Kubernetes;

    /// <summary>How long a failed machine is watched at least: longer than it may take.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(6);

    /// <summary>A machine that is routed to gets a call many times in that time.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestCollection = TimeSpan.FromMinutes(5);

    private readonly AgentRig rig;
    private readonly AgentBenchSize size;
    private readonly RoutedWatch watch = new();
    private readonly List<Machine> machines = [];
    private int next;

    private FaultCases(AgentRig rig, AgentBenchSize size) => (this.rig, this.size) = (rig, size);

    public static async Task<FaultCases> StartAsync(AgentRig rig, AgentBenchSize size)
    {
        LinkCut.Prepare();
        var cases = new FaultCases(rig, size);
        for (var i = 0; i < size.Machines; i++)
        {
            var machine = rig.Machine(string.Create(CultureInfo.InvariantCulture, $"machine-{i}"), RigResources.MachineAddress(i), Way);
            cases.machines.Add(machine);
            machine.Start();
        }

        return cases;
    }

    /// <summary>kill -9 of the agent.</summary>
    public Task<BenchResult[]> KilledAsync() => RunAsync(
        Killed, size.Faults, size.Victims,
        victims =>
        {
            foreach (var victim in victims) victim.Kill();
            return Task.CompletedTask;
        },
        RestartAsync);

    /// <summary>The link to the machine swallows everything.</summary>
    public Task<BenchResult[]> CutOffAsync() => RunAsync(
        CutOff, size.Faults, size.Victims,
        victims =>
        {
            LinkCut.Cut(victims.Select(victim => victim.Address));
            return Task.CompletedTask;
        },
        _ =>
        {
            LinkCut.Heal();
            return Task.CompletedTask;
        });

    /// <summary>A machine dies together with API server, istiod and CA.</summary>
    public async Task<BenchResult[]> DoubleFailureAsync()
    {
        var collected = new List<double>();
        var results = await RunAsync(
            DoubleFailure, size.DoubleFaults, 1,
            async victims =>
            {
                await rig.StopControlPlaneAsync();
                victims[0].Kill();
            },
            async victims =>
            {
                var back = Stopwatch.GetTimestamp();
                await rig.StartControlPlaneAsync();
                if (size.AwaitsCollection)
                {
                    await Until.TrueAsync(() => Task.FromResult(!rig.HasEntry(victims[0], Way)), "the entry is collected", limit: LongestCollection);
                    collected.Add(Stopwatch.GetElapsedTime(back).TotalMilliseconds);
                }

                await RestartAsync(victims);
            });
        return collected.Count == 0 ? results : [.. results, .. Percentiles.Of(DoubleFailure, collected, "entry_")];
    }

    public async ValueTask DisposeAsync()
    {
        LinkCut.Heal();
        await Task.WhenAll(machines.Select(machine => machine.DisposeAsync().AsTask()));
        watch.Dispose();
    }

    private async Task<BenchResult[]> RunAsync(
        string name, int faults, int victims, Func<IReadOnlyList<Machine>, Task> fail, Func<IReadOnlyList<Machine>, Task> recover)
    {
        var times = new List<double>();
        await using var mesh = new MeshCalls(rig.Issue("caller"), MeshCallsPerSecond);
        await using var edge = new EdgeCalls();
        // Calls before the first machine was there cannot but fail.
        await AllRoutedAsync();
        var (edgeCalls, edgeFailed, meshCalls, meshFailed) = (edge.Calls, edge.Failed, mesh.Calls, mesh.Failed);
        while (times.Count < faults)
        {
            await AllRoutedAsync();
            var chosen = Enumerable.Range(0, Math.Min(victims, faults - times.Count)).Select(_ => machines[next++ % machines.Count]).ToList();
            var at = Stopwatch.GetTimestamp();
            await fail(chosen);
            await Until.TrueAsync(
                () => Stopwatch.GetElapsedTime(at) > Watched
                    && chosen.TrueForAll(victim => Stopwatch.GetElapsedTime(watch.Last(victim.Address)) > Quiet),
                "no proxy routes to the machine any more");
            times.AddRange(chosen.Select(victim => Math.Max(Since(at, watch.Last(victim.Address)), Since(at, edge.LastTroubled))));
            await recover(chosen);
        }

        return
        [
            .. Percentiles.Of(name, times),
            new(name, "edge_failed_calls", "count", edge.Failed - edgeFailed),
            new(name, "edge_calls", "count", edge.Calls - edgeCalls),
            new(name, "mesh_failed_calls", "count", mesh.Failed - meshFailed),
            new(name, "mesh_calls", "count", mesh.Calls - meshCalls),
        ];
    }

    private static double Since(long at, long last) => last <= at ? 0 : Stopwatch.GetElapsedTime(at, last).TotalMilliseconds;

    private static Task RestartAsync(IReadOnlyList<Machine> dead)
    {
        foreach (var machine in dead) machine.Start();
        return Task.CompletedTask;
    }

    /// <summary>Every machine is registered, and has got a call since.</summary>
    private async Task AllRoutedAsync()
    {
        foreach (var machine in machines)
            await Until.TrueAsync(() => rig.IsRegistered(machine, Way), "the machine is registered", machine.Process);
        var since = Stopwatch.GetTimestamp();
        foreach (var machine in machines)
            await Until.TrueAsync(() => watch.Last(machine.Address) > since, "the machine gets calls", machine.Process);
    }
}
