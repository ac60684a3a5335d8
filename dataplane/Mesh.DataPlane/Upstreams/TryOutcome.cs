namespace Mesh.DataPlane.Upstreams;

/// <summary>How one try ended, as outlier detection counts it.</summary>
/// <remarks>Source: Envoy, "Outlier detection"; local errors count as gateway errors unless the policy splits them off.</remarks>
public enum TryOutcome
{
    Success,

    /// <summary>500, 501, 505 and up, or a gRPC status Envoy maps to such: INTERNAL, UNKNOWN, DATA_LOSS.</summary>
    ServerError,

    /// <summary>502, 503, 504, gRPC UNAVAILABLE.</summary>
    GatewayError,

    /// <summary>No answer: a failed connection, a reset or a timeout.</summary>
    LocalOrigin,

    /// <summary>Says nothing about the endpoint, such as a cancelled call.</summary>
    Ignored,
}
