namespace Mesh.Gateway.Collection;

/// <summary>What is known of a Lease from here.</summary>
public enum LeaseState
{
    /// <summary>It was there before, and nobody has seen it renewed yet; that is no sign of life.</summary>
    Unknown,

    /// <summary>A renewal was seen, not longer ago than the Lease is good for.</summary>
    Renewed,

    /// <summary>It was not renewed for as long as it is good for.</summary>
    RunOut,
}
