using System.Diagnostics;

namespace Mesh.Bench.Agents;

/// <summary>From the start of an agent's process until something is so.</summary>
internal static class StartCases
{
    public const string Registered = "start-to-registered";
    public const string FirstCall = "start-to-first-call";

    public static readonly Uri Edge = new($"http://{RigResources.CloudGateway}:{RigResources.EdgePort}/");

    /// <summary>Case of a way to register; the one that most have has the plain name.</summary>
    public static string CaseOf(RegistrationWay way) => way switch
    {
        RegistrationWay.File => Registered + "-file",
        RegistrationWay.Istiod => Registered + "-istiod",
        _ => Registered,
    };

    /// <summary>Until the WorkloadEntry is there and healthy, without a certificate and with the one of before.</summary>
    public static async Task<BenchResult[]> RegisteredAsync(AgentRig rig, RegistrationWay way, int starts)
    {
        await using var machine = rig.Machine("starting", RigResources.MachineAddress(0), way);
        var (cold, warm) = (new List<double>(), new List<double>());
        // The first one warms up this process, which is CA and registry.
        for (var i = -1; i < starts; i++)
        {
            machine.Forget();
            foreach (var times in new[] { cold, warm })
            {
                var began = machine.Start();
                await Until.TrueAsync(() => rig.IsRegistered(machine, way), "the machine is registered", machine.Process);
                var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                if (i >= 0) times.Add(took);
                await machine.StopAsync();
                await Until.TrueAsync(() => !rig.HasEntry(machine, way), "the machine has left");
            }
        }

        var name = CaseOf(way);
        return [.. Percentiles.Of(name, cold), .. Percentiles.Of(name, warm, "warm_")];
    }

    /// <summary>Until the first request from another network is answered; it is asked for all the time, one request after the other.</summary>
    public static async Task<BenchResult[]> FirstCallAsync(AgentRig rig, int starts)
    {
        await using var machine = rig.Machine("first", RigResources.MachineAddress(0), RegistrationWay.Kubernetes);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var times = new List<double>();
        for (var i = -1; i < starts; i++)
        {
            machine.Forget();
            var began = machine.Start();
            await Until.TrueAsync(() => Http.IsOkAsync(http, Edge), "a call is answered", machine.Process);
            if (i >= 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await machine.StopAsync();
            await Until.TrueAsync(async () => !await Http.IsOkAsync(http, Edge), "no call is answered");
        }

        return [.. Percentiles.Of(FirstCall, times)];
    }
}
