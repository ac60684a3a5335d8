using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Checks;

/// <summary>
/// The registration from the other side: not only what the agent believes, but the WorkloadEntry that everybody else reads, compared with what
/// this machine is.
/// </summary>
internal sealed class RegistrationCheck(AgentSettings settings, RunningAgent? agent, TimeProvider time)
{
    private const string Name = "registration";
    private const string Page = "https://istio.io/latest/docs/reference/config/networking/workload-entry/";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (agent is null) return Of(CheckOutcome.Skipped, "no agent answers here", "start the agent");
        if (agent.Registration.Length == 0 || settings.Register is not { } place) return Of(CheckOutcome.Skipped, "this agent registers nothing", "");
        if (agent.Registration != nameof(RegistrationState.Registered))
            return Of(CheckOutcome.Failed, $"{agent.Registration}: {agent.RegistrationMessage}", "mesh-agent status shows what it waits for");
        if (agent.Warning.Length > 0) return Of(CheckOutcome.Failed, agent.Warning, $"correct the WorkloadGroup, then {Remake}");
        if (OtherSide() is not { } other)
            return Of(CheckOutcome.Passed, $"{agent.RegistrationMessage}; its entry is not read here, as no API server of {settings.Cluster} is a source");
        return await CompareAsync(place, other, cancellationToken).ConfigureAwait(false);
    }

    private static CheckResult Of(CheckOutcome outcome, string message, string hint = "") => new(Name, outcome, message, hint, Page);

    /// <summary>Where everybody else reads the entry; null when that is not known here.</summary>
    private RegistrySpec? OtherSide() => settings.Register!.Registry
        ?? settings.Sources.Where(source => source.Cluster == settings.Cluster && source.Server is not null)
            .Select(source => new RegistrySpec("") { Server = source.Server }).FirstOrDefault();

    private async Task<CheckResult> CompareAsync(RegistrationSpec place, RegistrySpec other, CancellationToken cancellationToken)
    {
        var (there, problem) = await ReadAsync(other, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return Of(
                // Who registers by istiod need not be let into the API server.
                place.ByIstiod ? CheckOutcome.Skipped : CheckOutcome.Failed,
                $"{agent!.RegistrationMessage}, but WorkloadEntry {agent.Entry} could not be read: {problem}", $"see whether {other} can be reached, and who may read WorkloadEntries there");
        if (there is null)
            return Of(CheckOutcome.Failed, $"{agent!.RegistrationMessage}, but WorkloadEntry {agent.Entry} is not in {other}", "another program deletes it, or the agent registers elsewhere: compare --register and --source");
        var differences = EntryComparison.Differences(there, settings, agent!.Health.Length == 0 ? null : agent.Health == "Healthy");
        return differences.Count == 0
            ? Of(CheckOutcome.Passed, $"WorkloadEntry {agent.Entry} in {other}: {there.Spec.Address}, as this machine is")
            : Of(CheckOutcome.Failed, $"WorkloadEntry {agent.Entry}: {string.Join("; ", differences)}", Remedy(place));
    }

    private string EntryName => agent!.Entry.Split('/')[^1];

    private string Remake => $"restart the agent after kubectl delete workloadentry {EntryName} -n {settings.Namespace}: istiod does not refresh an entry that is there";

    private string Remedy(RegistrationSpec place) => place.ByIstiod
        ? Remake
        : $"another program or person changed it: kubectl get workloadentry {EntryName} -n {settings.Namespace} -o yaml --show-managed-fields; a restart of the agent writes it anew";

    private async Task<(WorkloadEntry? Entry, string? Problem)> ReadAsync(RegistrySpec other, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var registry = AgentRegistration.Open(other, time);
            using var held = registry as IDisposable;
            var name = agent!.Entry.Split('/');
            return (await registry.FindAsync(name[0], name[^1], deadline.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {Deadline.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is IOException or StartupException)
        {
            return (null, exception.Message);
        }
    }
}
