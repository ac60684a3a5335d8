using System.Globalization;
using Mesh.Payments.Faults;
using Mesh.Payments.Faults.Processes;

namespace Mesh.Bench.Faults;

/// <summary>Payments under faults in the long form: rounds of kills under load, how long each kept clients waiting, and what the checker finds.</summary>
internal static class FaultsBench
{
    public static async Task<int> RunAsync(string[] options)
    {
        var size = options.Contains("--quick")
            ? new FaultsBenchSize(Clients: 8, Kills: 2, Failovers: 1, BetweenFaults: 100)
            : new FaultsBenchSize(Clients: 32, Kills: 10, Failovers: 4, BetweenFaults: 1_000);
        var json = Array.IndexOf(options, "--json") is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };

        Console.WriteLine($"payments under faults, {BenchReport.Machine()}");
        Console.WriteLine();
        var results = new List<BenchResult>();
        results.AddRange(await KillReplicasAsync("sqlite-replicas-killed", size, folder => $"sqlite:{folder.File("payments.db")}", interrupted.Token));
        if (PostgresPair.IsInstalled)
        {
            await using (var postgres = await PostgresPair.StartAsync(hasStandby: false, interrupted.Token))
                results.AddRange(await KillReplicasAsync("postgres-replicas-killed", size, _ => postgres.Store, interrupted.Token));
            results.AddRange(await FailOverAsync(size, interrupted.Token));
        }
        else
        {
            Console.WriteLine("PostgreSQL is not installed (apt-get install postgresql); its cases are left out");
        }

        Console.WriteLine();
        BenchReport.Print(results);
        if (json is not null) BenchReport.Write(json, "payments-faults", results);
        return 0;
    }

    /// <summary>One replica, then both at once, in turn.</summary>
    private static async Task<IReadOnlyList<BenchResult>> KillReplicasAsync(
        string name, FaultsBenchSize size, Func<TemporaryFolder, string> store, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var tally = new FaultsTally(name);
        await using var run = new FaultRun(new FaultSettings { Folder = folder.Path, Store = store(folder), Clients = size.Clients });
        await run.StartAsync(cancellationToken);
        for (var kill = 0; kill < size.Kills; kill++)
        {
            await run.MoreAsync(size.BetweenFaults, cancellationToken);
            var count = 1 + (kill % 2);
            tally.Add(await run.OutageAsync(() => run.KillReplicasAsync(count, cancellationToken), cancellationToken), count == 1 ? "one replica" : "both replicas");
        }

        await run.MoreAsync(size.BetweenFaults, cancellationToken);
        tally.Add(await run.FinishAsync(cancellationToken));
        return tally.Results();
    }

    /// <summary>A pair can fail over once, so each round has a new one.</summary>
    private static async Task<IReadOnlyList<BenchResult>> FailOverAsync(FaultsBenchSize size, CancellationToken cancellationToken)
    {
        var tally = new FaultsTally("postgres-primary-killed");
        for (var round = 0; round < size.Failovers; round++)
        {
            using var folder = new TemporaryFolder();
            await using var postgres = await PostgresPair.StartAsync(hasStandby: true, cancellationToken);
            await using var run = new FaultRun(new FaultSettings { Folder = folder.Path, Store = postgres.Store, Clients = size.Clients, Seed = 1 + (round * size.Clients) });
            await run.StartAsync(cancellationToken);
            await run.MoreAsync(size.BetweenFaults, cancellationToken);
            tally.Add(await run.OutageAsync(() => postgres.FailOverAsync(cancellationToken), cancellationToken),
                string.Create(CultureInfo.InvariantCulture, $"primary {round + 1}"));
            await run.MoreAsync(size.BetweenFaults, cancellationToken);
            tally.Add(await run.FinishAsync(cancellationToken));
        }

        return tally.Results();
    }
}
