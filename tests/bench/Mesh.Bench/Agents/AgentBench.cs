using Mesh.Bench.Gateway;

namespace Mesh.Bench.Agents;

/// <summary>The agent of a machine: how soon it has joined, how soon a dead machine is out, what it costs.</summary>
internal static class AgentBench
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            if (arguments is [RegistryServer.Option, .. var server]) return await RegistryServer.RunAsync(server);
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
        Console.WriteLine($"agent, {BenchReport.Machine()}");
        Console.WriteLine();
        var size = options.Quick ? AgentBenchSize.Quick : AgentBenchSize.Full;
        var results = new List<BenchResult>();
        await using (var rig = await AgentRig.StartAsync())
        {
            foreach (var way in Enum.GetValues<RegistrationWay>())
                await AddAsync(StartCases.CaseOf(way), () => StartCases.RegisteredAsync(rig, way, size.Starts));
            await AddAsync(ResourceCases.Idle, () => ResourceCases.IdleAsync(rig, size.Idle));
            await AddAsync(LoadedCase.Name, () => LoadedCase.RunAsync(rig, size.Loaded));
            foreach (var way in new[] { RegistrationWay.Kubernetes, RegistrationWay.Istiod })
                foreach (var machines in size.Registrations)
                    await AddAsync(RegistrationStorm.CaseOf(machines, way), () => RegistrationStorm.RunAsync(rig, way, machines));
            string[] withGateways = [StartCases.FirstCall, .. FaultCases.All];
            if (withGateways.Any(options.WantsCase)) await rig.StartGatewaysAsync();
            await AddAsync(StartCases.FirstCall, () => StartCases.FirstCallAsync(rig, size.Starts));
            if (FaultCases.All.Any(options.WantsCase))
            {
                await using var faults = await FaultCases.StartAsync(rig, size);
                await AddAsync(FaultCases.Killed, faults.KilledAsync);
                await AddAsync(FaultCases.CutOff, faults.CutOffAsync);
                await AddAsync(FaultCases.DoubleFailure, faults.DoubleFailureAsync);
            }
        }

        Console.WriteLine();
        foreach (var line in Bars.Judge(results)) Console.WriteLine(line);
        if (options.Json is not null) BenchReport.Write(options.Json, "agent", results);
        return 0;

        async Task AddAsync(string name, Func<Task<BenchResult[]>> measure)
        {
            if (!options.WantsCase(name)) return;
            var ofCase = await measure();
            results.AddRange(ofCase);
            BenchReport.Print(ofCase);
        }
    }
}
