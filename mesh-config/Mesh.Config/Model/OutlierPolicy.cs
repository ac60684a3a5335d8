namespace Mesh.Config.Model;

/// <summary>Passive health checking, with Envoy's defaults where the rule is silent.</summary>
/// <remarks>Source: Istio DestinationRule OutlierDetection; traffic-resources.md §S in the design notes.</remarks>
public sealed record OutlierPolicy
{
    /// <summary>0 turns the detector off.</summary>
    public int Consecutive5xxErrors { get; init; } = 5;

    /// <summary>502, 503, 504 and failed connections; 0 (unset) turns the detector off.</summary>
    public int ConsecutiveGatewayErrors { get; init; }

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan BaseEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>At least one endpoint may be ejected whatever the percentage.</summary>
    public int MaxEjectionPercent { get; init; } = 10;

    public int MinHealthPercent { get; init; }
}
