using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Who reports.</summary>
public sealed record ProxyTelemetryOptions
{
    public required MetricReporter Reporter { get; init; }

    /// <summary>The workload this proxy is, or stands for.</summary>
    public required WorkloadMetadata Own { get; init; }

    /// <summary>Identity of this proxy; null while it has none.</summary>
    public required Func<SpiffeId?> OwnId { get; init; }

    /// <summary>Most label combinations of requests, and of connections.</summary>
    public int SeriesLimit { get; init; } = 5000;
}
