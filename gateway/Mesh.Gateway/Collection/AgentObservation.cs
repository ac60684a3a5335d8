namespace Mesh.Gateway.Collection;

/// <summary>What this gateway knows of one agent from its own probes.</summary>
/// <param name="SeenAlive">It answered at least once; one that never did may still be starting, or be out of our reach.</param>
/// <param name="NotReady">Probes in a row that were not answered with ready.</param>
/// <param name="Silent">Probes in a row that were not answered at all.</param>
public sealed record AgentObservation(RegisteredAgent Agent, bool SeenAlive, int NotReady, int Silent)
{
    /// <summary>Probes that must fail in a row.</summary>
    public const int Threshold = 3;

    /// <summary>Gets no traffic from this gateway.</summary>
    public bool IsDown => NotReady >= Threshold;

    /// <summary>Its entry may be collected.</summary>
    public bool IsDead => SeenAlive && Silent >= Threshold;

    internal AgentObservation After(AgentAnswer answer) => answer switch
    {
        AgentAnswer.Ready => this with { SeenAlive = true, NotReady = 0, Silent = 0 },
        AgentAnswer.NotReady => this with { SeenAlive = true, NotReady = NotReady + 1, Silent = 0 },
        _ => this with { NotReady = NotReady + 1, Silent = Silent + 1 },
    };
}
