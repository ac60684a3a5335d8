namespace Mesh.VmAgent.Registration;

/// <summary>Where an agent's registration stands.</summary>
public enum RegistrationState
{
    /// <summary>Nothing was tried yet.</summary>
    Starting,

    /// <summary>The WorkloadGroup does not exist, or not yet.</summary>
    WaitingForGroup,

    /// <summary>The group does not allow this workload.</summary>
    Refused,

    /// <summary>Another living agent registers under the same name.</summary>
    NameTaken,

    /// <summary>The registry cannot be reached.</summary>
    Failing,

    /// <summary>The entry is there.</summary>
    Registered,

    /// <summary>The entry is there and another process of this machine keeps it now; this one will not write it again.</summary>
    HandedOver,

    /// <summary>The entry was removed, and this agent will not write it again.</summary>
    Left,
}
