namespace Mesh.VmAgent.Bootstrap;

/// <summary>Which of the agent's listeners a request came in by.</summary>
internal enum ListenerRole
{
    Inbound,
    Outbound,
    Health,
    Metrics,
    Admin,
}
