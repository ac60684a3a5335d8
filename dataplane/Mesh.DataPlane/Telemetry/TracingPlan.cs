using System.Collections.Immutable;

namespace Mesh.DataPlane.Telemetry;

/// <summary>How a proxy traces the requests it serves.</summary>
/// <remarks>Source: Istio, "Telemetry API: Tracing" and "ProxyConfig: Tracing".</remarks>
public sealed record TracingPlan
{
    /// <summary>0 to 100, of requests whose callers did not decide.</summary>
    public double SamplingPercent { get; init; } = 1;

    /// <summary>Decides by the request's id, so that all proxies decide alike.</summary>
    public bool SamplesByRequestId { get; init; } = true;

    /// <summary>Tells the next one of the trace.</summary>
    public bool Propagates { get; init; } = true;

    /// <summary>In B3's headers too, whatever the caller wrote.</summary>
    public bool WritesB3 { get; init; }

    /// <summary>Adds the tags by which Istio's tools know the workload.</summary>
    public bool HasIstioTags { get; init; } = true;

    /// <summary>Longer paths are cut in <c>http.url</c>; characters.</summary>
    public int LongestPath { get; init; } = 256;

    public ImmutableArray<SpanTag> Tags { get; init; } = [];
}
