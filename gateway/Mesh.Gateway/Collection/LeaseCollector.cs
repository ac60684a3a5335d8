using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;

namespace Mesh.Gateway.Collection;

/// <summary>
/// Cleans up after machines whose Lease has run out, group by group: first their condition <c>Healthy</c> becomes False, then, after a
/// grace, Lease and entry go. While more than a third of the Leases of a group, or of all groups together, have run out, nothing of it is
/// collected; and nothing is done to a machine whose agent still answers.
/// </summary>
/// <param name="entries">The WorkloadEntries of the cluster whose Leases these are, as they are now; null while they are not all known, and nothing is done then.</param>
/// <param name="groupNamespaces">Namespaces with WorkloadGroups, where machines may be.</param>
/// <param name="answers">Whether this gateway's own probes of an agent are answered; false also for one that it does not probe.</param>
public sealed class LeaseCollector(
    IMachineLeases leases,
    IWorkloadRegistry registry,
    Func<IEnumerable<WorkloadEntry>?> entries,
    Func<IEnumerable<string>> groupNamespaces,
    Func<RegisteredAgent, bool> answers,
    CollectionOptions options,
    CollectionMetrics metrics,
    TimeProvider time,
    ILoggerFactory logs) : IDisposable
{
    internal static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(40);
    private const int LooksPerLease = 8;
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(250);

    private readonly SortedDictionary<string, LeaseNamespace> spaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegistrationCollector> groups = [];
    private readonly ILogger log = logs.CreateLogger<LeaseCollector>();
    private bool halted;

    /// <summary>As of the last look.</summary>
    public IEnumerable<LeaseView> Leases => spaces.Values.SelectMany(space => space.Leases);

    /// <inheritdoc cref="RegistrationCollector.Plans"/>
    public IEnumerable<KeyValuePair<RegisteredAgent, MachinePlan>> Plans => groups.Values.SelectMany(group => group.Plans);

    /// <summary>When to look again.</summary>
    public TimeSpan NextLook
    {
        get
        {
            var shortest = Leases.Select(view => view.Lease.Duration).DefaultIfEmpty(DefaultDuration).Min() / LooksPerLease;
            return shortest < ShortestLook ? ShortestLook : shortest < options.LeaseLook ? shortest : options.LeaseLook;
        }
    }

    /// <summary>One look at all Leases and its consequences. Not to be called concurrently.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        // Without entries nobody knows whose Leases these are; the time until they are known counts for nobody either.
        if (entries() is not { } current)
        {
            foreach (var space in spaces.Values) space.Interrupt();
            return;
        }

        var machines = current.Select(RegisteredAgent.Read).OfType<RegisteredAgent>().ToList();
        await LookAsync(machines, cancellationToken);
        await JudgeAsync(machines, cancellationToken);
        await RemoveOrphansAsync(machines, cancellationToken);
    }

    /// <summary>Takes its alarms back.</summary>
    public void Dispose()
    {
        foreach (var collector in groups.Values) collector.Resign();
        if (halted) metrics.Suspend(false);
        halted = false;
        groups.Clear();
    }

    private async Task LookAsync(List<RegisteredAgent> machines, CancellationToken cancellationToken)
    {
        var inhabited = machines.Where(machine => machine.IsLeased).Select(machine => machine.Namespace).ToHashSet(StringComparer.Ordinal);
        foreach (var name in inhabited.Concat(groupNamespaces()).Where(name => !spaces.ContainsKey(name)).ToList())
            spaces[name] = new LeaseNamespace(name, time, options.LeaseLook * 3);
        var read = true;
        foreach (var space in spaces.Values)
        {
            var before = space.Problem;
            if (await space.LookAsync(leases, machines.Where(machine => machine.Namespace == space.Name), cancellationToken)) continue;
            // Groups of machines that somebody else registers, istiod above all, need no rights for us.
            if (!inhabited.Contains(space.Name)) continue;
            read = false;
            if (space.Problem != before) log.CannotReadLeases(space.Name, space.Problem!);
        }

        metrics.LeasesRead = read;
    }

    private async Task JudgeAsync(List<RegisteredAgent> machines, CancellationToken cancellationToken)
    {
        // Groups that have lost their last Lease have nothing to do, but may have an alarm to take back.
        var verdicts = groups.Keys.ToDictionary(group => group, _ => new List<MachineVerdict>(), StringComparer.Ordinal);
        var named = machines.ToLookup(machine => (machine.Namespace, machine.Name));
        foreach (var view in Leases)
        {
            // A Lease that is not the keeper's says nothing about the entry.
            if (named[(view.Lease.Namespace, view.Lease.Name)].FirstOrDefault() is not { } agent || agent.Keeper != view.Lease.Holder) continue;
            var group = $"{agent.Namespace}/{agent.Group}";
            if (!verdicts.TryGetValue(group, out var members)) verdicts[group] = members = [];
            members.Add(new MachineVerdict(agent, SignOf(view, agent, machines)));
        }

        var all = verdicts.Values.Sum(members => members.Count);
        var silent = verdicts.Values.Sum(members => members.Count(verdict => verdict.IsSilent));
        Halt(TooMany.Are(silent, all), silent, all);
        foreach (var (group, members) in verdicts) await CollectorOf(group).StepAsync(members, halted, cancellationToken);
    }

    private MachineSign SignOf(LeaseView view, RegisteredAgent agent, List<RegisteredAgent> machines) => view.State switch
    {
        LeaseState.Renewed => MachineSign.Alive,
        LeaseState.RunOut => answers(agent) && !machines.Exists(agent.IsSucceededBy) ? MachineSign.Disputed : MachineSign.Dead,
        _ => MachineSign.Unknown,
    };

    private RegistrationCollector CollectorOf(string group)
    {
        if (groups.TryGetValue(group, out var collector)) return collector;
        // Short Leases are for those who want it soon.
        var grace = NextLook * 2 < options.Grace ? NextLook * 2 : options.Grace;
        return groups[group] = new RegistrationCollector(
            registry, options with { Grace = grace }, metrics, time, logs.CreateLogger<RegistrationCollector>(), "did not renew its Lease", ReleaseAsync);
    }

    /// <summary>The Lease goes first: it is the machine's word, and one that was renewed at this moment stays, and the entry with it.</summary>
    private async Task<bool> ReleaseAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        if (Leases.FirstOrDefault(view => (view.Lease.Namespace, view.Lease.Name) == (agent.Namespace, agent.Name)) is not { } view) return true;
        Invariant.Holds(view.State == LeaseState.RunOut, $"{view} has run out");
        return view.Lease.Version.Length == 0 || await leases.DeleteAsync(view.Lease, cancellationToken);
    }

    /// <summary>Leases that have run out and have no entry any more.</summary>
    private async Task RemoveOrphansAsync(List<RegisteredAgent> machines, CancellationToken cancellationToken)
    {
        var named = machines.Select(machine => (machine.Namespace, machine.Name)).ToHashSet();
        foreach (var (lease, _, _) in Leases.Where(view => view.State == LeaseState.RunOut).ToList())
        {
            if (lease.Version.Length == 0 || named.Contains((lease.Namespace, lease.Name))) continue;
            try
            {
                // Entries reach us a little later than Leases, so the server has the last word.
                if (await registry.FindAsync(lease.Namespace, lease.Name, cancellationToken) is null) await leases.DeleteAsync(lease, cancellationToken);
            }
            catch (IOException error)
            {
                log.CannotCollect($"{lease.Namespace}/{lease.Name}", registry.Place, error.Message);
            }
        }
    }

    private void Halt(bool halt, int silent, int all)
    {
        if (halt == halted) return;
        halted = halt;
        metrics.Suspend(halt);
        if (halt) log.CollectionSuspended(silent, all);
        else log.CollectionResumed();
    }
}
