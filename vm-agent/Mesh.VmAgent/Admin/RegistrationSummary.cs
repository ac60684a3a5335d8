namespace Mesh.VmAgent.Admin;

/// <param name="Entry"><c>namespace/name</c> of the WorkloadEntry.</param>
/// <param name="Place">Where it is kept.</param>
public sealed record RegistrationSummary(string State, string Entry, string Place, string Message);
