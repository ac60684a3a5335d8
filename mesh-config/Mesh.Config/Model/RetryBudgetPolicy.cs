namespace Mesh.Config.Model;

/// <summary>How many retries may be under way at a time.</summary>
/// <param name="Percent">Of the active requests, 0 to 100.</param>
/// <param name="MinConcurrency">Always allowed.</param>
/// <remarks>Source: Istio TrafficPolicy.RetryBudget.</remarks>
public sealed record RetryBudgetPolicy(double Percent = 20, int MinConcurrency = 3);
