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

    /// <summary>With a smaller share of healthy endpoints calls go to all of them; 0: never.</summary>
    public int MinHealthPercent { get; init; }

    /// <summary>Errors that the proxy itself saw (no connection, reset, timeout) count on their own and not as 5xx.</summary>
    public bool SplitsLocalOrigin { get; init; }

    /// <summary>Counts only when they are split off; 0 turns the detector off.</summary>
    public int ConsecutiveLocalOriginFailures { get; init; } = 5;
}
