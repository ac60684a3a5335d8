namespace Mesh.Gateway.Collection;

/// <summary>A machine and what was found out about it.</summary>
public sealed record MachineVerdict(RegisteredAgent Agent, MachineSign Sign)
{
    /// <summary>Counts for the alarm that too many are gone together.</summary>
    public bool IsSilent => Sign is MachineSign.Dead or MachineSign.Disputed;

    /// <summary>What probes alone say.</summary>
    public static MachineVerdict Of(AgentObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        return new MachineVerdict(observation.Agent, observation switch
        {
            { SeenAlive: true, Silent: 0 } => MachineSign.Alive,
            { IsDead: true } => MachineSign.Dead,
            { SeenAlive: false, Silent: >= AgentObservation.Threshold } => MachineSign.NeverSeen,
            _ => MachineSign.Unknown,
        });
    }
}
