namespace Mesh.VmAgent.Registration;

/// <summary>What an agent tells of itself in its WorkloadEntry, so that nobody needs to log in to the machine.</summary>
/// <param name="CertificateExpires">Null before the first certificate.</param>
/// <param name="Problem">Why the certificate cannot be renewed, or the configuration not be read; null when all is well.</param>
/// <param name="ConfigVersion">Of the agent's own counting.</param>
/// <param name="ConfigFindings">Findings at warning and above.</param>
public sealed record AgentSummary(
    string Version, DateTimeOffset Since, DateTimeOffset? CertificateExpires, string? Problem, long ConfigVersion, int ConfigFindings);
