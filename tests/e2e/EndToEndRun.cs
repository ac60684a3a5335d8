using System.Globalization;
using Grpc.Core;
using Mesh.EndToEnd.Joining;
using Mesh.EndToEnd.Networks;
using Mesh.EndToEnd.Scenarios;
using Mesh.Payments.Faults.Checking;
using Mesh.Payments.Faults.Records;

namespace Mesh.EndToEnd;

/// <summary><c>./mesh e2e</c>: sample traffic, then all scenarios under load, then the books.</summary>
internal sealed class EndToEndRun(Options options)
{
    private static readonly TimeSpan UndecidedLimit = TimeSpan.FromMinutes(1);

    private int passed;
    private int failed;

    /// <returns>The exit code: 0 when every check passed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<ScenarioResult>();
        var began = TimeProvider.System.GetTimestamp();
        if (Chosen().Any())
        {
            await using var rig = await Rig.StartAsync(cancellationToken);
            if (options.Only.Count == 0) await ShowMainJobAsync(rig, cancellationToken);
            await rig.OpenFlowsAsync(cancellationToken);
            await rig.OpenQuietStreamAsync(cancellationToken);
            var runner = new ScenarioRunner(rig, options.IsShort);
            foreach (var scenario in Chosen())
            {
                var result = await runner.RunAsync(scenario, cancellationToken);
                results.Add(result);
                Count(scenario.Name, result.Problem is null, string.Create(
                    CultureInfo.InvariantCulture, $"{result.Time.TotalSeconds:0} s, {result.Flows.Sum(flow => flow.Calls)} calls; {result.Problem ?? scenario.Promise}"));
                ScenarioTable.PrintFailures(result);
            }

            await CheckBooksAsync(rig, cancellationToken);
        }

        await new JoiningRun(options, Count).RunAsync(cancellationToken);
        if (results.Count > 0) ScenarioTable.Print(results);
        await WriteCountsAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{passed} passed, {failed} failed, {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s"));
        return failed == 0 ? 0 : 1;
    }

    private IEnumerable<Scenario> Chosen() => options.Only.Count > 0
        ? AllScenarios.List.Where(scenario => options.Only.Contains(scenario.Name))
        : AllScenarios.List.Where(scenario => scenario.IsShort || !options.IsShort);

    private async Task ShowMainJobAsync(Rig rig, CancellationToken cancellationToken)
    {
        await foreach (var (name, isRight, answer) in Reachability.CheckAsync(rig.Mesh.Topology, cancellationToken)) Count(name, isRight, answer);
        using var traffic = new SampleTraffic(rig.Mesh);
        try
        {
            await foreach (var result in traffic.RunAsync(cancellationToken))
                Count($"({result.Step}) {result.From} to {result.To}", result.Succeeded, $"{result.Path}; {result.Status}");
        }
        catch (RpcException failure)
        {
            throw new LocalMeshException($"the sample traffic failed, nothing else was tried: {failure.Status}");
        }
    }

    /// <summary>What clients, acquirer and ledger wrote down agrees: every acknowledged payment exists exactly once.</summary>
    private async Task CheckBooksAsync(Rig rig, CancellationToken cancellationToken)
    {
        var store = "sqlite:" + rig.Mesh.Layout.Store;
        var ledger = await Ledger.ReadAsync(store, cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        while (ledger.Undecided > 0 && TimeProvider.System.GetElapsedTime(began) < UndecidedLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            ledger = await Ledger.ReadAsync(store, cancellationToken);
        }

        var clients = rig.Flows.Written();
        // The flows write down a payment before they ask for it; the sample traffic, which pays as well, does not.
        var findings = Checker.Check(new History(clients, AcquirerLog.Read(rig.Mesh.Layout.AcquirerLog), ledger))
            .Where(finding => finding.Kind != FindingKind.NeverAskedFor)
            .ToList();
        var acknowledged = clients.Count(entry => entry.Kind == ClientEntryKind.Answer);
        Count("the books", findings.Count == 0, findings.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{acknowledged} acknowledged payments, each booked and charged once")
            : string.Join("; ", findings.Take(10)));
    }

    private void Count(string name, bool succeeded, string detail)
    {
        if (succeeded) passed++;
        else failed++;
        Console.WriteLine($"{(succeeded ? "pass" : "FAIL")}  {name}: {detail}");
    }

    private async Task WriteCountsAsync()
    {
        var folder = Path.Combine(Layout.Find().State, "results");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "e2e.counts"), string.Create(CultureInfo.InvariantCulture, $"{passed} {failed} 0\n"), CancellationToken.None);
    }
}
