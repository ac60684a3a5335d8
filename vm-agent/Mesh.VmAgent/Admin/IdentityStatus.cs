namespace Mesh.VmAgent.Admin;

/// <param name="Spiffe">The identity this workload has or asks for.</param>
/// <param name="NotAfter">Null before the first certificate.</param>
/// <param name="Problem">Why there is no certificate, or no newer one; null when all is well.</param>
public sealed record IdentityStatus(string Spiffe, DateTimeOffset? NotAfter, string? Problem);
