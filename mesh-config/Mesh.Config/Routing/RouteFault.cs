namespace Mesh.Config.Routing;

/// <summary>Fault injection of a route: each part hits its own share of requests, the delay comes first.</summary>
/// <remarks>Source: Istio HTTPFaultInjection.</remarks>
/// <param name="Delay">Null: none.</param>
/// <param name="DelayPercent">0 to 100.</param>
/// <param name="AbortStatus">HTTP status to answer with; null: none, or by <paramref name="AbortGrpcStatus"/>.</param>
/// <param name="AbortGrpcStatus">gRPC status name such as <c>UNAVAILABLE</c>; null: none.</param>
/// <param name="AbortPercent">0 to 100.</param>
public sealed record RouteFault(
    TimeSpan? Delay, double DelayPercent, int? AbortStatus, string? AbortGrpcStatus, double AbortPercent);
