using System.Diagnostics;
using Mesh.DataPlane.Http;

namespace Mesh.DataPlane.Telemetry;

/// <summary>The trace of a request that is sampled.</summary>
/// <param name="Context">What its caller told.</param>
/// <param name="Span">Of the request as a whole.</param>
/// <param name="Plan">As it was when the request came.</param>
internal sealed record RequestTrace(TraceContext Context, Activity Span, TracingPlan Plan);
