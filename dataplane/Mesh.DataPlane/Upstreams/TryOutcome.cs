namespace Mesh.DataPlane.Upstreams;

/// <summary>How one try ended, as outlier detection counts it.</summary>
/// <remarks>Source: Envoy, "Outlier detection"; local errors count as gateway errors because Istio does not split them.</remarks>
public enum TryOutcome
{
    Success,

    /// <summary>500, 501, 505 and up, or a gRPC status Envoy maps to such: INTERNAL, UNKNOWN, DATA_LOSS.</summary>
    ServerError,

    /// <summary>502, 503, 504, a failed connection, a reset or a timeout, gRPC UNAVAILABLE.</summary>
    GatewayError,

    /// <summary>Says nothing about the endpoint, such as a cancelled call.</summary>
    Ignored,
}
