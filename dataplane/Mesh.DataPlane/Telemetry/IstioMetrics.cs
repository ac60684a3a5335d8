using Mesh.Config.Resources.Observability;
using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Shows Istio's standard metrics of all sides of a proxy, under Istio's names, as Telemetry resources change them.</summary>
public sealed class IstioMetrics(IReadOnlyList<ProxyTelemetry> sides) : IMetricSource
{
    private const string Counter = "counter";

    public void Write(MetricsText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Count(text, StandardMetric.RequestCount, "istio_requests_total", "Requests that have ended.", Requests, series => series.Duration.Count);
        Histogram(text, StandardMetric.RequestDuration, "istio_request_duration_milliseconds", "Duration of requests.", series => series.Duration);
        Histogram(text, StandardMetric.RequestSize, "istio_request_bytes", "Size of request bodies.", series => series.RequestBytes);
        Histogram(text, StandardMetric.ResponseSize, "istio_response_bytes", "Size of response bodies.", series => series.ResponseBytes);
        Count(text, StandardMetric.GrpcRequestMessages, "istio_request_messages_total", "gRPC messages from clients.", Messages, series => series.RequestMessages);
        Count(text, StandardMetric.GrpcResponseMessages, "istio_response_messages_total", "gRPC messages to clients.", Messages, series => series.ResponseMessages);
        Count(text, StandardMetric.TcpOpenedConnections, "istio_tcp_connections_opened_total", "TCP connections opened.", Connections, series => series.OpenedTotal);
        Count(text, StandardMetric.TcpClosedConnections, "istio_tcp_connections_closed_total", "TCP connections closed.", Connections, series => series.ClosedTotal);
        Count(text, StandardMetric.TcpSentBytes, "istio_tcp_sent_bytes_total", "Bytes to clients.", Connections, series => series.SentTotal);
        Count(text, StandardMetric.TcpReceivedBytes, "istio_tcp_received_bytes_total", "Bytes from clients.", Connections, series => series.ReceivedTotal);

        text.Value("mesh_telemetry_series", "gauge", "Label combinations of requests and connections.", sides.Sum(side => side.SeriesCount));
        text.Value("mesh_telemetry_series_limit", "gauge", "Most label combinations that are kept apart.", sides.Sum(side => side.SeriesLimit));
        text.Value("mesh_telemetry_series_overflow_total", Counter,
            "Requests and connections that were counted without their own labels, for want of room.", sides.Sum(side => side.Overflows));
    }

    private static IEnumerable<(ProxySeries Series, RequestSeries Values)> Requests(ProxyTelemetry side) =>
        side.Requests.Select(series => (new ProxySeries(series.Pairs, series.Labels), series));

    private static IEnumerable<(ProxySeries Series, RequestSeries Values)> Messages(ProxyTelemetry side) =>
        Requests(side).Where(pair => pair.Values.RequestMessages + pair.Values.ResponseMessages > 0);

    private static IEnumerable<(ProxySeries Series, ConnectionSeries Values)> Connections(ProxyTelemetry side) =>
        side.Connections.Select(series => (new ProxySeries(series.Pairs, series.Labels), series));

    private void Count<T>(
        MetricsText text, StandardMetric metric, string name, string help,
        Func<ProxyTelemetry, IEnumerable<(ProxySeries Series, T Values)>> all, Func<T, double> value)
    {
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (labels, values) in Shown(metric, all)) sums[labels] = sums.GetValueOrDefault(labels) + value(values);
        if (sums.Count == 0) return;
        text.Family(name, Counter, help);
        foreach (var (labels, sum) in sums) text.Sample(labels, sum);
    }

    private void Histogram(MetricsText text, StandardMetric metric, string name, string help, Func<RequestSeries, HistogramValues> value)
    {
        var sums = new Dictionary<string, HistogramValues>(StringComparer.Ordinal);
        foreach (var (labels, values) in Shown(metric, Requests))
        {
            if (!sums.TryGetValue(labels, out var sum)) sums[labels] = sum = new HistogramValues(IstioBuckets.Bounds);
            sum.Add(value(values));
        }

        if (sums.Count == 0) return;
        text.Family(name, "histogram", help);
        foreach (var (labels, sum) in sums) sum.Write(text, labels);
    }

    /// <summary>With labels as they are shown; several may have the same once some labels are taken away.</summary>
    private IEnumerable<(string Labels, T Values)> Shown<T>(
        StandardMetric metric, Func<ProxyTelemetry, IEnumerable<(ProxySeries Series, T Values)>> all)
    {
        foreach (var side in sides)
        {
            var overrides = side.Overrides;
            if (overrides.IsDisabled(metric)) continue;
            foreach (var (series, values) in all(side)) yield return (overrides.Labels(metric, series.Pairs, series.Labels), values);
        }
    }

    private readonly record struct ProxySeries(System.Collections.Immutable.ImmutableArray<(string Name, string Value)> Pairs, string Labels);
}
