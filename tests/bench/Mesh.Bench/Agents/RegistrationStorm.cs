using System.Diagnostics;
using System.Globalization;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Xds;
using Mesh.Kubernetes.Registration;
using Mesh.VmAgent.Health;
using Mesh.VmAgent.Registration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Agents;

/// <summary>Many machines that register at once. They are simulated: the agent's registration, many times in this process, each with connections of its own.</summary>
internal static class RegistrationStorm
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private static readonly WorkloadGroup Group = MeshYaml.Read(RigResources.Yaml, "bench").Objects.OfType<WorkloadGroup>().Single();

    public static string CaseOf(int machines, RegistrationWay way) =>
        string.Create(CultureInfo.InvariantCulture, $"register-{machines}{(way == RegistrationWay.Istiod ? "-istiod" : "")}");

    public static async Task<BenchResult[]> RunAsync(AgentRig rig, RegistrationWay way, int machines)
    {
        using var server = RegistryProcess.Start(way, rig.Folder);
        var certificate = rig.Issue("legacy-billing");
        // Code of both sides that is compiled with use is, before it counts.
        var warmUp = await RegisterAsync(rig, way, certificate, 1, 1);
        await warmUp.Leave();
        var before = server.ProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var (times, leave) = await RegisterAsync(rig, way, certificate, 100, machines);
        var count = server.Count();
        // istiod hears of health on a stream, on which nothing says that it did.
        for (var waited = Stopwatch.GetTimestamp(); count < times.Count && Stopwatch.GetElapsedTime(waited) < Patience; count = server.Count())
            await Task.Delay(Look);
        var (took, processor) = (Stopwatch.GetElapsedTime(began), server.ProcessorTime - before);
        await leave();
        var name = CaseOf(machines, way);
        return
        [
            new(name, "milliseconds", "ms", took.TotalMilliseconds),
            .. Percentiles.Of(name, times),
            new(name, "failed", "count", machines - count),
            new(name, "server_cpu_milliseconds", "ms", processor.TotalMilliseconds),
        ];
    }

    /// <returns>Milliseconds until each was registered and had said that it is healthy; what makes all of them leave.</returns>
    private static async Task<(List<double> Times, Func<Task> Leave)> RegisterAsync(
        AgentRig rig, RegistrationWay way, WorkloadCertificate certificate, int first, int machines)
    {
        using var limit = new CancellationTokenSource(Patience);
        var registrations = Enumerable.Range(first, machines).Select(machine => Registration(rig, way, certificate, machine)).ToList();
        var times = await Task.WhenAll(registrations.Select(one => Task.Run(() => JoinAsync(one, limit.Token))));
        return ([.. times.OfType<double>()], () => Task.WhenAll(registrations.Select(one => Task.Run(() => LeaveAsync(one)))));
    }

    private static IRegistration Registration(AgentRig rig, RegistrationWay way, WorkloadCertificate certificate, int machine)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"vm-{machine}");
        var instance = new WorkloadInstance(name, RigResources.Namespace, "legacy-billing", RigResources.MachineAddress(machine))
        {
            Network = RigResources.MachinesNetwork,
            Locality = Locality.Parse("us-east-1/us-east-1c"),
            InboundPort = RigResources.InboundPort,
        };
        if (way != RegistrationWay.Istiod)
        {
            var server = new ApiServerSpec(Path.Combine(rig.Folder, RegistryProcess.Kubeconfig), null);
            return new RegistrationKeeper(
                instance, RigResources.Group, () => Group, KubeWorkloadRegistry.Open(server, "register", TimeProvider.System), TimeProvider.System,
                NullLogger<RegistrationKeeper>.Instance);
        }

        var node = new XdsNode(name, RigResources.Namespace, [IPAddress.Parse(instance.Address)])
        {
            ServiceAccount = instance.ServiceAccount,
            Network = instance.Network,
            AutoRegisterGroup = RigResources.Group,
        };
        var options = new AdsClientOptions
        {
            Address = new DnsEndPoint("127.0.0.1", RigResources.RegistryPort),
            RootFile = rig.RootFile,
            ClientCertificate = () => certificate.Context,
        };
        return new IstiodRegistration(instance, RigResources.Group, () => node, options, TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <returns>Null: not in time.</returns>
    private static async Task<double?> JoinAsync(IRegistration registration, CancellationToken limit)
    {
        var began = Stopwatch.GetTimestamp();
        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        registration.Changed += status =>
        {
            if (status.State == RegistrationState.Registered) registered.TrySetResult();
        };
        try
        {
            // The first probe of an agent is answered before its registration is; it is told with it.
            await registration.ReportHealthAsync(new HealthChange(true, "Succeeded", "answered with 200", TimeProvider.System.GetUtcNow()), limit);
            // A stream runs until it leaves; a registry is looked after, and had not to be while nobody takes anything away from it.
            if (registration is IstiodRegistration) _ = registration.RunAsync(CancellationToken.None);
            while (!registered.Task.IsCompleted)
            {
                await registration.LookAfterAsync(limit);
                await Task.WhenAny(registered.Task, Task.Delay(Again, limit));
                limit.ThrowIfCancellationRequested();
            }

            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task LeaveAsync(IRegistration registration)
    {
        using var limit = new CancellationTokenSource(Patience);
        await registration.LeaveAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await registration.DisposeAsync();
    }
}
