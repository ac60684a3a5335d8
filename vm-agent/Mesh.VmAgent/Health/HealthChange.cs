namespace Mesh.VmAgent.Health;

/// <summary>An edge: the application became healthy or unhealthy.</summary>
/// <param name="Reason">One CamelCase word, as of the probe that tipped the scale.</param>
/// <param name="At">When that probe ended.</param>
public sealed record HealthChange(bool Healthy, string Reason, string Message, DateTimeOffset At);
