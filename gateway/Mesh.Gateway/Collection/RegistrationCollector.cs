using Mesh.Config.Registration;
using Mesh.Config.Resources;
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
/// three or more are dead together: then it is rather the network, or this gateway, that is broken.
/// </remarks>
/// <param name="silence">What a dead agent did not do, for the condition's message.</param>
public sealed class RegistrationCollector(
    IWorkloadRegistry registry,
    CollectionOptions options,
    CollectionMetrics metrics,
    TimeProvider time,
    ILogger<RegistrationCollector> log,
    string silence = RegistrationCollector.MissedProbes)
{
    private const string MissedProbes = "did not answer 3 probes in a row";

    private const string Unreachable = "AgentUnreachable";
    private const int FewAgents = 3;
    private const int TolerableShare = 3;

    private readonly Dictionary<RegisteredAgent, MarkedEntry> marked = [];
    private readonly HashSet<RegisteredAgent> known = [];
    private bool suspended;

    /// <summary>Takes its alarm back, if it had one.</summary>
    public void Resign()
    {
        if (suspended) metrics.Suspend(false);
        suspended = false;
    }

    /// <summary>Draws the consequences of one round of probes. Not to be called concurrently.</summary>
    public async Task StepAsync(IReadOnlyCollection<AgentObservation> observations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(observations);
        Forget(observations);
        var dead = observations.Count(observation => observation.IsDead);
        Suspend(observations.Count >= FewAgents && dead * TolerableShare > observations.Count, dead, observations.Count);
        foreach (var observation in observations)
        {
            try
            {
                await JudgeAsync(observation, cancellationToken);
            }
#pragma warning disable CA1031 // One entry, whatever is wrong with it, must not end the gateway that looks after all of them.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                log.CannotCollect(observation.Agent.ToString(), registry.Place, error.Message);
            }
        }
    }

    private Task JudgeAsync(AgentObservation observation, CancellationToken cancellationToken)
    {
        var agent = observation.Agent;
        var isMarked = marked.TryGetValue(agent, out var mark);
        if (isMarked && observation.Silent == 0) return RestoreAsync(agent, mark!, cancellationToken);
        if (observation is { SeenAlive: true, Silent: 0 } && !known.Contains(agent)) return ClearLeftoverAsync(agent, cancellationToken);
        if (suspended) return Task.CompletedTask;
        if (!isMarked && !observation.SeenAlive && observation.Silent == AgentObservation.Threshold) return AdoptAsync(agent, cancellationToken);
        if (!observation.IsDead && !(isMarked && observation.Silent >= AgentObservation.Threshold)) return Task.CompletedTask;
        if (!isMarked) return MarkAsync(agent, cancellationToken);
        return time.GetUtcNow() - mark!.At >= options.Grace ? DeleteAsync(agent, cancellationToken) : Task.CompletedTask;
    }

    private async Task MarkAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is not { } before) return;
        var now = time.GetUtcNow();
        var condition = new IstioCondition
        {
            Type = "Healthy",
            Status = "False",
            Reason = Unreachable,
            Message = $"the agent at {agent.Address} {silence}",
            LastProbeTime = now,
            LastTransitionTime = now,
        };
        var others = (before.Status?.Conditions ?? []).Where(other => other.Type != condition.Type);
        var after = before with
        {
            // Without the annotation the condition would mean nothing to those who read it.
            Metadata = before.Metadata with
            {
                Annotations = before.Metadata.Annotations.SetItem(RegistrationAnnotations.HealthChecksEnabled, "true"),
            },
            Status = (before.Status ?? new IstioStatus()) with { Conditions = [condition, .. others] },
        };
        await registry.PutAsync(after, cancellationToken);
        marked[agent] = new MarkedEntry(before, after, now);
        metrics.Marked();
        log.EntryMarked(agent.ToString(), agent.Address, options.Grace.TotalSeconds);
    }

    private async Task RestoreAsync(RegisteredAgent agent, MarkedEntry mark, CancellationToken cancellationToken)
    {
        // Somebody else's word, the agent's own above all, is newer than what was there before.
        var there = await FindAsync(agent, cancellationToken);
        if (there is not null && MeshYaml.Write(there) == MeshYaml.Write(mark.Marked))
        {
            await registry.PutAsync(mark.Before, cancellationToken);
            log.EntryRestored(agent.ToString(), agent.Address);
        }

        marked.Remove(agent);
    }

    /// <summary>
    /// A gateway that was restarted has forgotten what it marked: the mark on an agent that answers is taken off. What the agent
    /// said before is not known any more, so it is left to the agent to say it again.
    /// </summary>
    private async Task ClearLeftoverAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is { } entry && IsMarkedUnreachable(entry))
        {
            await registry.PutAsync(Unmarked(entry), cancellationToken);
            log.EntryRestored(agent.ToString(), agent.Address);
        }

        known.Add(agent);
    }

    /// <summary>
    /// An entry that was marked before this gateway was started, whose agent does not answer now either: the one that marked it
    /// had seen the agent alive, so the work is finished here, after a grace of its own.
    /// </summary>
    private async Task AdoptAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        if (await FindAsync(agent, cancellationToken) is not { } entry || !IsMarkedUnreachable(entry)) return;
        marked[agent] = new MarkedEntry(Unmarked(entry), entry, time.GetUtcNow());
    }

    private static bool IsMarkedUnreachable(WorkloadEntry entry) =>
        entry.Status?.Conditions.Any(condition => condition.Reason == Unreachable) == true;

    private static WorkloadEntry Unmarked(WorkloadEntry entry) => entry with
    {
        Status = entry.Status! with { Conditions = [.. entry.Status!.Conditions.Where(condition => condition.Reason != Unreachable)] },
    };

    private async Task DeleteAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        Invariant.Holds(!suspended, $"{agent} is collected while collection is suspended");
        if (await FindAsync(agent, cancellationToken) is not null
            && await registry.DeleteAsync(agent.Namespace, agent.Name, cancellationToken))
        {
            metrics.Deleted();
            log.EntryCollected(agent.ToString(), agent.Address);
        }

        marked.Remove(agent);
    }

    /// <summary>Null when the entry is not in this registry, or is not that of this incarnation of the machine any more.</summary>
    private async Task<WorkloadEntry?> FindAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        var entry = await registry.FindAsync(agent.Namespace, agent.Name, cancellationToken);
        return entry is not null && RegisteredAgent.Read(entry) == agent ? entry : null;
    }

    private void Forget(IReadOnlyCollection<AgentObservation> observations)
    {
        var current = observations.Select(observation => observation.Agent).ToHashSet();
        foreach (var gone in marked.Keys.Where(agent => !current.Contains(agent)).ToList()) marked.Remove(gone);
        known.IntersectWith(current);
    }

    private void Suspend(bool suspend, int dead, int all)
    {
        if (suspend == suspended) return;
        suspended = suspend;
        metrics.Suspend(suspend);
        if (suspend) log.CollectionSuspended(dead, all);
        else log.CollectionResumed();
    }
}
