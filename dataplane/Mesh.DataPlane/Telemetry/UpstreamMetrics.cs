using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What goes on towards each destination, under Envoy's names, and how near its limits it is.</summary>
/// <remarks>Source: Envoy, "Cluster manager: statistics".</remarks>
public sealed class UpstreamMetrics(IReadOnlyList<UpstreamStates> states, IReadOnlyList<UpstreamChannels> channels) : IMetricSource
{
    private const string Counter = "counter";
    private const string Gauge = "gauge";
    private const string Prefix = "envoy_cluster_";

    public void Write(MetricsText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Roles of one process may both call a destination; to whoever looks it is one.
        var clusters = states.SelectMany(of => of.All).GroupBy(state => state.Key)
            .Select(group => (Labels: MetricLabels.Render(("cluster_name", group.Key.ClusterName)), States: group.ToList())).ToList();
        var open = channels.SelectMany(of => of.ByUpstream()).GroupBy(pair => pair.Key)
            .Select(group => (Labels: MetricLabels.Render(("cluster_name", group.Key.ClusterName)), Count: group.Sum(pair => pair.Count)));

        text.Family(Prefix + "upstream_cx_active", Gauge, "HTTP connections, open or opening.");
        foreach (var (labels, count) in open) text.Sample(labels, count);
        Write("upstream_rq_active", Gauge, "Requests in flight.", state => state.Active);
        Write("upstream_rq_total", Counter, "Tries in all.", state => state.Counters.Tries);
        Write("upstream_rq_retry", Counter, "Tries after the first.", state => state.Counters.Retries);
        Write("upstream_rq_retry_overflow", Counter, "Retries not made, since as many as allowed were under way.", state => state.Counters.RetryOverflows);
        Write("upstream_rq_pending_overflow", Counter, "Requests refused by a limit of the connection pool.", state => state.Counters.Overflows);
        Write("outlier_detection_ejections_enforced_total", Counter, "Ejections of endpoints.", state => state.Counters.Ejections);
        Write("outlier_detection_ejections_active", Gauge, "Endpoints that are ejected now.", state => state.Endpoints.Count(pair => pair.Value.IsEjected));
        Write("membership_total", Gauge, "Endpoints.", state => state.Upstream?.Endpoints.Length ?? 0);
        WriteLimits();

        void Write(string name, string type, string help, Func<UpstreamState, double> value)
        {
            text.Family(Prefix + name, type, help);
            foreach (var (labels, of) in clusters) text.Sample(labels, of.Sum(value));
        }

        void WriteLimits()
        {
            text.Family("mesh_upstream_limit", Gauge, "Limits of the connection pool; to be compared with what is in flight.");
            foreach (var (labels, of) in clusters)
            {
                if (of[0].Upstream?.Policy is not { } policy) continue;
                Limit("http2MaxRequests", policy.Http2MaxRequests);
                Limit("maxConnections", policy.MaxConnections);
                Limit("maxRetries", policy.MaxRetries);

                void Limit(string name, int? limit)
                {
                    if (limit is { } value) text.Sample($"{labels},{MetricLabels.Render(("limit", name))}", value);
                }
            }
        }
    }
}
