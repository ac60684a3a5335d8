namespace Mesh.VmAgent.Admin;

/// <param name="Since">When the application became so.</param>
public sealed record HealthSummary(bool Healthy, string Reason, string Message, DateTimeOffset Since);
