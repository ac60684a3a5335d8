namespace Mesh.DataPlane.Telemetry;

/// <summary>Which side of a call a proxy reports for: Istio's label <c>reporter</c>.</summary>
public enum MetricReporter
{
    /// <summary>Gateways, and the outbound side of a workload's proxy.</summary>
    Source,

    /// <summary>The inbound side of a workload's proxy.</summary>
    Destination,
}
