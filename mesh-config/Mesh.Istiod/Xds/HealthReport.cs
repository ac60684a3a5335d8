namespace Mesh.Istiod.Xds;

/// <summary>What a workload says about its own health.</summary>
/// <param name="Message">Why it is not healthy; empty when it is.</param>
public sealed record HealthReport(bool Healthy, string Message = "");
