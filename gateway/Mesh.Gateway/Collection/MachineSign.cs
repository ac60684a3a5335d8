namespace Mesh.Gateway.Collection;

/// <summary>What can be said of a machine at one moment.</summary>
public enum MachineSign
{
    /// <summary>Nothing: it is neither put back nor taken out.</summary>
    Unknown,

    Alive,

    /// <summary>Nobody answers, but from here nobody ever has: what another gateway has begun is finished, nothing is begun.</summary>
    NeverSeen,

    /// <summary>Its Lease has run out, but its agent answers: it cannot reach the API server. Nothing is done, and it counts for the alarm.</summary>
    Disputed,

    Dead,
}
