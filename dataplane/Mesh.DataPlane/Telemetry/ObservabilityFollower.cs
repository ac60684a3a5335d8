using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Observability;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Makes logs, metrics and traces do what MeshConfig and Telemetry resources say, as they change.</summary>
/// <param name="sides">The first of them also decides about logs and traces.</param>
public sealed class ObservabilityFollower(
    IReadOnlyList<(ProxyTelemetry Telemetry, bool IsClient)> sides, ProxyAccessLog accessLog, TraceReporting traces, ILogger log)
{
    private readonly ProxyObservability?[] last = new ProxyObservability?[sides.Count];
    private volatile IReadOnlyList<Diagnostic> findings = [];

    /// <summary>What of the configuration cannot be carried out, each with its place and a remedy.</summary>
    public IReadOnlyList<Diagnostic> Findings => findings;

    /// <summary>Not to be called at the same time as itself.</summary>
    public async Task FollowAsync(MeshSnapshot snapshot, ProxyScope scope)
    {
        for (var i = 0; i < sides.Count; i++)
        {
            var now = ProxyObservability.Of(snapshot, scope, sides[i].IsClient);
            if (now.Says(last[i])) continue;
            sides[i].Telemetry.Overrides = new MetricOverrides(now.MetricsOverrides);
            if (i == 0)
            {
                Diagnostic[] found = [.. now.Problems, .. await accessLog.FollowAsync(now).ConfigureAwait(false), .. traces.Follow(now)];
                foreach (var finding in found.Except(findings)) log.Finding(finding.ToString());
                findings = found;
            }

            // What failed halfway is done again with the next state.
            last[i] = now;
        }
    }
}
