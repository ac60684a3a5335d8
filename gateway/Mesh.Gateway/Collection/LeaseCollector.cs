using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;

namespace Mesh.Gateway.Collection;

/// <summary>
/// Cleans up after machines whose Lease has run out, group by group: first their condition <c>Healthy</c> becomes False, then, after a
/// grace, entry and Lease go. While more than a third of a group's Leases have run out together, nothing of the group is collected.
/// </summary>
/// <param name="entries">The WorkloadEntries as they are now; null while they are not all known, and nothing is done then.</param>
public sealed class LeaseCollector(
    IMachineLeases leases,
    IWorkloadRegistry registry,
    Func<IEnumerable<WorkloadEntry>?> entries,
    CollectionOptions options,
    CollectionMetrics metrics,
    TimeProvider time,
    ILoggerFactory logs) : IDisposable
{
    private readonly LeaseAges ages = new(time, options.LeaseLook * 3);
    private readonly Dictionary<string, RegistrationCollector> groups = [];
    private readonly ILogger log = logs.CreateLogger<LeaseCollector>();

    /// <summary>One look at all Leases and its consequences. Not to be called concurrently.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<MachineLease> all;
        try
        {
            all = await leases.ListAsync(cancellationToken);
        }
        catch (IOException error)
        {
            ages.Forget();
            if (metrics.LeasesRead) log.CannotReadLeases(error.Message);
            metrics.LeasesRead = false;
            return;
        }

        metrics.LeasesRead = true;
        ages.Look(all);
        if (entries() is not { } current) return;
        foreach (var (group, members) in Observations(all, ByName(current)))
            await CollectorOf(group).StepAsync(members, cancellationToken);
        foreach (var lease in all.Where(ages.HasRunOut)) await RemoveOrphanAsync(lease, cancellationToken);
    }

    /// <summary>Takes its alarms back.</summary>
    public void Dispose()
    {
        foreach (var collector in groups.Values) collector.Resign();
        groups.Clear();
    }

    private static Dictionary<(string Namespace, string Name), WorkloadEntry> ByName(IEnumerable<WorkloadEntry> entries)
    {
        var named = new Dictionary<(string, string), WorkloadEntry>();
        foreach (var entry in entries) named.TryAdd((entry.Metadata.Namespace, entry.Metadata.Name), entry);
        return named;
    }

    private IEnumerable<(string Group, List<AgentObservation> Members)> Observations(
        IReadOnlyList<MachineLease> all, Dictionary<(string Namespace, string Name), WorkloadEntry> named)
    {
        var found = new Dictionary<string, List<AgentObservation>>(StringComparer.Ordinal);
        // Groups that have lost their last Lease have nothing to do, but may have an alarm to take back.
        foreach (var group in groups.Keys) found[group] = [];
        foreach (var lease in all)
        {
            if (!named.TryGetValue((lease.Namespace, lease.Name), out var entry) || RegisteredAgent.Read(entry) is not { } agent) continue;
            // A Lease that is not the keeper's says nothing about the entry.
            if (entry.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.Controller) != lease.Holder) continue;
            var group = $"{lease.Namespace}/{entry.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.Group)}";
            if (!found.TryGetValue(group, out var members)) found[group] = members = [];
            var silent = ages.HasRunOut(lease) ? AgentObservation.Threshold : 0;
            members.Add(new AgentObservation(agent, SeenAlive: true, NotReady: silent, Silent: silent));
        }

        return found.Select(pair => (pair.Key, pair.Value));
    }

    private RegistrationCollector CollectorOf(string group)
    {
        if (groups.TryGetValue(group, out var collector)) return collector;
        return groups[group] = new RegistrationCollector(
            registry, options, metrics, time, logs.CreateLogger<RegistrationCollector>(), "did not renew its Lease");
    }

    /// <summary>A Lease that has run out and has no entry any more.</summary>
    private async Task RemoveOrphanAsync(MachineLease lease, CancellationToken cancellationToken)
    {
        Invariant.Holds(ages.HasRunOut(lease), $"{lease} has run out");
        try
        {
            if (await registry.FindAsync(lease.Namespace, lease.Name, cancellationToken) is null)
                await leases.DeleteAsync(lease, cancellationToken);
        }
        catch (IOException error)
        {
            log.CannotCollect($"{lease.Namespace}/{lease.Name}", registry.Place, error.Message);
        }
    }
}
