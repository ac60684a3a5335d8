using System.Collections.Immutable;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;

namespace Mesh.Gateway.Collection;

/// <summary>
/// Cleans up after machines that died without leaving: first their entry's condition <c>Healthy</c> becomes False, so that
/// every other proxy stops too, then, after a grace, the entry is deleted. An agent that answers again in between gets its
/// entry back as it was.
/// </summary>
/// <remarks>
/// It never touches an entry whose agent no gateway has seen alive (a mark that is there already says that one had), and touches none at all while more than a third of
/// three or more are dead together: then it is rather the network, or this gateway, that is broken. Whatever it changes or deletes is
/// the very version that it looked at.
/// </remarks>
/// <param name="silence">What a dead agent did not do, for the condition's message.</param>
/// <param name="release">
/// Takes away what says that the machine lives, before its entry goes; false: it has just been heard of, and everything stays. Null: there
/// is nothing to take away.
/// </param>
public sealed class RegistrationCollector(
    IWorkloadRegistry registry,
    CollectionOptions options,
    CollectionMetrics metrics,
    TimeProvider time,
    ILogger<RegistrationCollector> log,
    string silence = RegistrationCollector.MissedProbes,
    Func<RegisteredAgent, CancellationToken, Task<bool>>? release = null)
{
    private const string MissedProbes = "did not answer 3 probes in a row";

    private readonly Dictionary<RegisteredAgent, MarkedEntry> marked = [];
    private readonly HashSet<RegisteredAgent> known = [];
    private readonly HashSet<RegisteredAgent> unmarked = [];
    private bool suspended;

    /// <summary>What is about to be done, as of the last step; machines that are well are not among them.</summary>
    public IReadOnlyDictionary<RegisteredAgent, MachinePlan> Plans { get; private set; } = ImmutableDictionary<RegisteredAgent, MachinePlan>.Empty;

    /// <summary>Takes its alarm back, if it had one.</summary>
    public void Resign()
    {
        if (suspended) metrics.Suspend(false);
        suspended = false;
    }

    /// <summary>Draws the consequences of what was found out. Not to be called concurrently.</summary>
    /// <param name="halted">Nothing is taken out for a reason that lies elsewhere.</param>
    public async Task StepAsync(IReadOnlyCollection<MachineVerdict> verdicts, bool halted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        Forget(verdicts);
        var silent = verdicts.Count(verdict => verdict.IsSilent);
        Suspend(TooMany.Are(silent, verdicts.Count), silent, verdicts.Count);
        foreach (var verdict in verdicts)
        {
            try
            {
                await JudgeAsync(verdict, halted || suspended, cancellationToken);
            }
#pragma warning disable CA1031 // One entry, whatever is wrong with it, must not end the gateway that looks after all of them.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                log.CannotCollect(verdict.Agent.ToString(), registry.Place, error.Message);
            }
        }

        Plans = PlansFor(verdicts, halted || suspended);
    }

    private Task JudgeAsync(MachineVerdict verdict, bool halted, CancellationToken cancellationToken)
    {
        var agent = verdict.Agent;
        var mark = marked.GetValueOrDefault(agent);
        if (verdict.Sign == MachineSign.Alive)
            return mark is not null ? RestoreAsync(agent, mark, cancellationToken)
                : known.Contains(agent) ? Task.CompletedTask : ClearLeftoverAsync(agent, cancellationToken);
        if (halted || verdict.Sign is MachineSign.Unknown or MachineSign.Disputed) return Task.CompletedTask;
        if (mark is null && verdict.Sign == MachineSign.NeverSeen) return unmarked.Add(agent) ? MarkAsync(agent, adoptOnly: true, cancellationToken) : Task.CompletedTask;
        if (mark is null) return MarkAsync(agent, adoptOnly: false, cancellationToken);
        return time.GetUtcNow() - mark.At >= options.Grace ? DeleteAsync(agent, cancellationToken) : Task.CompletedTask;
    }

    /// <param name="adoptOnly">Only what is marked already: who did so had seen the agent alive, and the work is finished here.</param>
    private async Task MarkAsync(RegisteredAgent agent, bool adoptOnly, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is not { } before) return;
        var now = time.GetUtcNow();
        if (UnreachableMark.IsOn(before))
        {
            // Marked before this gateway was started, or led: it gets a grace of its own.
            marked[agent] = new MarkedEntry(UnreachableMark.TakeOff(before), before.Metadata.ResourceVersion, now);
            return;
        }

        if (adoptOnly || await registry.PutAsync(UnreachableMark.Put(before, silence, now), cancellationToken) is not { } after) return;
        marked[agent] = new MarkedEntry(before, after.Metadata.ResourceVersion, now);
        known.Remove(agent);
        metrics.Marked();
        log.EntryMarked(agent.ToString(), agent.Address, options.Grace.TotalSeconds);
    }

    private async Task RestoreAsync(RegisteredAgent agent, MarkedEntry mark, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is { } there)
        {
            // Somebody else's word, the agent's own above all, is newer than what was there before.
            if (there.Metadata.ResourceVersion == mark.Version) await PutBackAsync(agent, mark.Before, there, cancellationToken);
            else if (UnreachableMark.IsOn(there)) await PutBackAsync(agent, UnreachableMark.TakeOff(there), there, cancellationToken);
        }

        marked.Remove(agent);
    }

    /// <summary>
    /// A gateway that was restarted has forgotten what it marked: the mark on an agent that answers is taken off. What the agent
    /// said before is not known any more, so it is left to the agent to say it again.
    /// </summary>
    private async Task ClearLeftoverAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is { } entry && UnreachableMark.IsOn(entry)
            && !await PutBackAsync(agent, UnreachableMark.TakeOff(entry), entry, cancellationToken)) return;
        known.Add(agent);
    }

    /// <returns>False when somebody was faster.</returns>
    private async Task<bool> PutBackAsync(RegisteredAgent agent, WorkloadEntry before, WorkloadEntry there, CancellationToken cancellationToken)
    {
        var versioned = before with { Metadata = before.Metadata with { ResourceVersion = there.Metadata.ResourceVersion } };
        if (await registry.PutAsync(versioned, cancellationToken) is null) return false;
        log.EntryRestored(agent.ToString(), agent.Address);
        return true;
    }

    private async Task DeleteAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        Invariant.Holds(!suspended, $"{agent} is collected while collection is suspended");
        var entry = await FindAsync(agent, cancellationToken);
        // Without the mark: the machine, or a person, has written since. It is judged anew.
        if (entry is null || !UnreachableMark.IsOn(entry))
        {
            marked.Remove(agent);
            return;
        }

        if (release is not null && !await release(agent, cancellationToken)) return;
        if (!await registry.DeleteAsync(entry, cancellationToken)) return;
        metrics.Deleted();
        log.EntryCollected(agent.ToString(), agent.Address);
        marked.Remove(agent);
    }

    /// <summary>Null when the entry is not in this registry, or is not that of this incarnation of the machine any more.</summary>
    private async Task<WorkloadEntry?> FindAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        var entry = await registry.FindAsync(agent.Namespace, agent.Name, cancellationToken);
        return entry is not null && RegisteredAgent.Read(entry) == agent ? entry : null;
    }

    private void Forget(IReadOnlyCollection<MachineVerdict> verdicts)
    {
        var current = verdicts.Select(verdict => verdict.Agent).ToHashSet();
        foreach (var gone in marked.Keys.Where(agent => !current.Contains(agent)).ToList()) marked.Remove(gone);
        known.IntersectWith(current);
        unmarked.IntersectWith(current);
    }

    private void Suspend(bool suspend, int silent, int all)
    {
        if (suspend == suspended) return;
        suspended = suspend;
        metrics.Suspend(suspend);
        if (suspend) log.CollectionSuspended(silent, all);
        else log.CollectionResumed();
    }

    private ImmutableDictionary<RegisteredAgent, MachinePlan> PlansFor(IReadOnlyCollection<MachineVerdict> verdicts, bool halted)
    {
        var plans = ImmutableDictionary.CreateBuilder<RegisteredAgent, MachinePlan>();
        foreach (var (agent, sign) in verdicts)
        {
            var deleteAt = marked.TryGetValue(agent, out var mark) ? mark.At + options.Grace : (DateTimeOffset?)null;
            var why = sign switch
            {
                MachineSign.Disputed => "kept: its Lease has run out, but its agent answers; look at its way to the API server",
                _ when (mark is not null || sign == MachineSign.Dead) && halted => "kept: too many machines are silent together",
                MachineSign.Dead or MachineSign.NeverSeen when mark is not null => $"deleted soon: its agent {silence}",
                MachineSign.Dead => $"set unhealthy soon: its agent {silence}",
                _ when mark is not null => "waiting for a sign of life",
                _ => null,
            };
            if (why is not null) plans[agent] = new MachinePlan(halted || sign is not (MachineSign.Dead or MachineSign.NeverSeen) ? null : deleteAt, why);
        }

        return plans.ToImmutable();
    }
}
