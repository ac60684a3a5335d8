namespace Mesh.Istiod.Xds;

/// <summary>Why a stream ended, as far as it matters for what to do next.</summary>
public enum AdsFailureKind
{
    /// <summary>Passes by itself: istiod restarts, is busy, or cannot be reached.</summary>
    Transient,

    /// <summary>The WorkloadGroup does not exist, or not yet.</summary>
    NoGroup,

    /// <summary>Neither token nor certificate was believed.</summary>
    NotAuthenticated,

    /// <summary>What the node says of itself is not allowed; somebody has to change something.</summary>
    Refused,
}
