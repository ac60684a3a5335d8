using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Shows Istio's standard metrics of all sides of a proxy, under Istio's names.</summary>
public sealed class IstioMetrics(IReadOnlyList<ProxyTelemetry> sides) : IMetricSource
{
    private const string Counter = "counter";
    private const string Histogram = "histogram";

    public void Write(MetricsText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteRequests(text, [.. sides.SelectMany(side => side.Requests)]);
        WriteConnections(text, [.. sides.SelectMany(side => side.Connections)]);
        text.Value("mesh_telemetry_series", "gauge", "Label combinations of requests and connections.", sides.Sum(side => side.SeriesCount));
        text.Value("mesh_telemetry_series_limit", "gauge", "Most label combinations that are kept apart.", sides.Sum(side => side.SeriesLimit));
        text.Value("mesh_telemetry_series_overflow_total", Counter,
            "Requests and connections that were counted without their own labels, for want of room.", sides.Sum(side => side.Overflows));
    }

    private static void WriteRequests(MetricsText text, RequestSeries[] all)
    {
        if (all.Length == 0) return;
        Write(text, "istio_requests_total", Counter, "Requests that have ended.", all, series => series.Labels, series => series.Duration.Count);
        text.Family("istio_request_duration_milliseconds", Histogram, "Duration of requests.");
        foreach (var series in all) series.Duration.Write(text, series.Labels);
        text.Family("istio_request_bytes", Histogram, "Size of request bodies.");
        foreach (var series in all) series.RequestBytes.Write(text, series.Labels);
        text.Family("istio_response_bytes", Histogram, "Size of response bodies.");
        foreach (var series in all) series.ResponseBytes.Write(text, series.Labels);

        RequestSeries[] grpc = [.. all.Where(series => series.RequestMessages + series.ResponseMessages > 0)];
        if (grpc.Length == 0) return;
        Write(text, "istio_request_messages_total", Counter, "gRPC messages from clients.", grpc, series => series.Labels, series => series.RequestMessages);
        Write(text, "istio_response_messages_total", Counter, "gRPC messages to clients.", grpc, series => series.Labels, series => series.ResponseMessages);
    }

    private static void WriteConnections(MetricsText text, ConnectionSeries[] all)
    {
        if (all.Length == 0) return;
        Write(text, "istio_tcp_connections_opened_total", Counter, "TCP connections opened.", all, series => series.Labels, series => series.OpenedTotal);
        Write(text, "istio_tcp_connections_closed_total", Counter, "TCP connections closed.", all, series => series.Labels, series => series.ClosedTotal);
        Write(text, "istio_tcp_sent_bytes_total", Counter, "Bytes to clients.", all, series => series.Labels, series => series.SentTotal);
        Write(text, "istio_tcp_received_bytes_total", Counter, "Bytes from clients.", all, series => series.Labels, series => series.ReceivedTotal);
    }

    private static void Write<T>(
        MetricsText text, string name, string type, string help, IEnumerable<T> all, Func<T, string> labels, Func<T, double> value)
    {
        text.Family(name, type, help);
        foreach (var series in all) text.Sample(labels(series), value(series));
    }
}
