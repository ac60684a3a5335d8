namespace Mesh.DataPlane.Telemetry;

/// <summary>The buckets of Istio's histograms, durations in milliseconds and sizes in bytes alike.</summary>
/// <remarks>Source: Envoy, default histogram buckets of the Prometheus endpoint.</remarks>
internal static class IstioBuckets
{
    public static readonly double[] Bounds =
    [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
    ];
}
