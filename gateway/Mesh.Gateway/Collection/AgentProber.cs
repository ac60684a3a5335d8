using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;

namespace Mesh.Gateway.Collection;

/// <summary>
/// Probes the agents of the gateway's own network. An agent that missed three probes gets no traffic from this gateway at
/// once, without waiting for any control plane.
/// </summary>
public sealed class AgentProber(string network, IAgentCheck check, TimeProvider time, ILogger<AgentProber> log) : IEndpointHealth
{
    private volatile ImmutableDictionary<RegisteredAgent, AgentObservation> observations =
        ImmutableDictionary<RegisteredAgent, AgentObservation>.Empty;

    private volatile ImmutableHashSet<string> down = [];

    /// <summary>As of the last round; in no order.</summary>
    public IEnumerable<AgentObservation> Observations => observations.Values;

    /// <summary>Whether its last probe was answered, ready or not; false also for one that is not probed from here.</summary>
    public bool Answers(RegisteredAgent agent) => observations.TryGetValue(agent, out var seen) && seen is { SeenAlive: true, Silent: 0 };

    public bool IsDown(ProxyEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return !endpoint.IsGateway && endpoint.Network == network && down.Contains(endpoint.Address);
    }

    /// <summary>Asks every agent once, all at the same time, and forgets those that are not among them any more.</summary>
    public async Task RoundAsync(IReadOnlyList<RegisteredAgent> agents, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A clock that runs behind the machine's: it has only just joined.
        var due = agents.Where(agent => agent.ConnectedAt <= now).Distinct().ToList();
        var answers = await Task.WhenAll(due.Select(agent => check.AskAsync(agent, cancellationToken)));
        var before = observations;
        var after = ImmutableDictionary.CreateBuilder<RegisteredAgent, AgentObservation>();
        for (var i = 0; i < due.Count; i++)
        {
            var known = before.GetValueOrDefault(due[i]) ?? Former(before, due[i]) ?? new AgentObservation(due[i], SeenAlive: false, NotReady: 0, Silent: 0);
            after[due[i]] = known.After(answers[i]);
            Tell(known, after[due[i]]);
        }

        observations = after.ToImmutable();
        var alive = after.Values.Where(observation => !observation.IsDown).Select(observation => observation.Agent.Address);
        down = after.Values.Where(observation => observation.IsDown).Select(observation => observation.Agent.Address)
            .ToImmutableHashSet(StringComparer.Ordinal).Except(alive);
    }

    /// <summary>
    /// What was seen of a machine before istiod lost it too: it must not get traffic again for the three probes a new one has, just
    /// because its entry now says that it is gone.
    /// </summary>
    private static AgentObservation? Former(ImmutableDictionary<RegisteredAgent, AgentObservation> before, RegisteredAgent agent)
    {
        if (agent.IsConnected) return null;
        var former = before.Values.FirstOrDefault(known =>
            (known.Agent.Namespace, known.Agent.Name, known.Agent.Address) == (agent.Namespace, agent.Name, agent.Address));
        return former is null ? null : former with { Agent = agent };
    }

    private void Tell(AgentObservation before, AgentObservation after)
    {
        if (after.IsDown && !before.IsDown)
            log.AgentDown(after.Agent.ToString(), after.Agent.Address, after.Silent >= AgentObservation.Threshold ? "silent" : "not ready");
        else if (before.IsDown && !after.IsDown)
            log.AgentUp(after.Agent.ToString(), after.Agent.Address);
    }
}
