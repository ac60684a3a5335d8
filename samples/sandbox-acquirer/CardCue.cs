namespace SandboxAcquirer;

/// <summary>How operations on a card go wrong on their way, whatever is decided.</summary>
internal enum CardCue
{
    None,

    /// <summary>Done, and never answered: only asking for it tells.</summary>
    Timeout,

    /// <summary>Pending for a while, then done; the answer comes then.</summary>
    Late,

    /// <summary>Turned away the first times, without being done.</summary>
    Unavailable,

    /// <summary>Of every three operations one is done, one is turned away once, and of one the connection breaks after it was done.</summary>
    Flaky,
}
