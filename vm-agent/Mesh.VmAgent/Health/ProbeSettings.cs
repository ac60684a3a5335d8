namespace Mesh.VmAgent.Health;

/// <summary>A WorkloadGroup's <c>spec.probe</c> with Istio's defaults filled in.</summary>
/// <remarks>Source: istio/api networking/v1alpha3/workload_group.proto, ReadinessProbe.</remarks>
public sealed record ProbeSettings(ProbeAction Action)
{
    /// <summary>Wait before the first probe.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Longest wait for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From the end of one probe to the start of the next.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Successes in a row that make a workload healthy that was not.</summary>
    public int SuccessThreshold { get; init; } = 1;

    /// <summary>Failures in a row that make a workload unhealthy that was not.</summary>
    public int FailureThreshold { get; init; } = 1;
}
