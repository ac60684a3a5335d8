namespace Mesh.Config.Model;

/// <summary>A new endpoint gets its share of requests bit by bit.</summary>
/// <param name="Duration">From the first request to the full share.</param>
/// <param name="MinimumPercent">Share to begin with, 0 to 100.</param>
/// <param name="Aggression">1 is linear; above, it grows faster at the beginning.</param>
/// <remarks>Source: Istio WarmupConfiguration; Envoy slow start.</remarks>
public sealed record WarmupPolicy(TimeSpan Duration, double MinimumPercent = 10, double Aggression = 1);
