namespace Mesh.Kubernetes.Leases;

/// <summary>Timing of leader election.</summary>
/// <remarks>Defaults of client-go's tools/leaderelection.</remarks>
public sealed record LeaderOptions
{
    /// <summary>Unique among the candidates, e.g. the Pod's name.</summary>
    public required string Identity { get; init; }

    /// <summary>A Lease that was not renewed for this long, by the observer's own clock, may be taken.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long stops leading; shorter than the lease's duration.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts; up to a fifth longer by chance.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
