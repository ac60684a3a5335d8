namespace Mesh.VmAgent.Admin;

/// <param name="Entry"><c>namespace/name</c> of the WorkloadEntry.</param>
/// <param name="Place">Where it is kept.</param>
public sealed record RegistrationSummary(string State, string Entry, string Place, string Message)
{
    /// <summary>Why callers will not find the workload although it is registered, and what to do; null when nothing is seen.</summary>
    public string? Warning { get; init; }
}
