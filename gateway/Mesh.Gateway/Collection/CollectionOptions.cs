namespace Mesh.Gateway.Collection;

/// <summary>How dead machines are found and cleaned up after.</summary>
public sealed record CollectionOptions
{
    /// <summary>From the start of one round of probes to the start of the next.</summary>
    public TimeSpan ProbePeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for one answer; shorter than <see cref="ProbePeriod"/>.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// Longest time from one look at the Leases of machines to the next; where Leases are good for less than 40 s, an eighth of that.
    /// </summary>
    public TimeSpan LeaseLook { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the condition <c>Healthy: False</c> to the deletion of the entry; at most two looks where machines have Leases.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}
