using Mesh.Hosting.Telemetry;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What a process knows of its traces before any configuration.</summary>
public sealed record TraceReportingOptions
{
    public required WorkloadMetadata Own { get; init; }

    /// <summary>Tells processes of one workload apart.</summary>
    public required string Instance { get; init; }

    /// <summary>Null: the configuration says where to.</summary>
    public OtlpTarget? Target { get; init; }

    /// <summary>0 to 100, where no configuration says anything.</summary>
    public double SamplingPercent { get; init; } = 1;
}
