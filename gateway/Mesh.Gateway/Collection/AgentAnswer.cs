namespace Mesh.Gateway.Collection;

/// <summary>What an agent said when asked whether it is ready.</summary>
public enum AgentAnswer
{
    Ready,

    /// <summary>It lives, but wants no traffic: starting, draining, or without an identity.</summary>
    NotReady,

    /// <summary>Nobody answered in time.</summary>
    None,
}
