using Mesh.Hosting.Metrics;
using Xunit;

namespace Mesh.Hosting.Tests.Metrics;

public sealed class MetricsTextTests
{
    [Fact]
    public void Families_are_written_as_Prometheus_reads_them()
    {
        var text = new MetricsText();
        text.Value("mesh_ready", "gauge", "1 when ready.", 1);
        text.Family("istio_requests_total", "counter", "Two\nlines and a \\.");
        text.Sample(MetricLabels.Render(("reporter", "source"), ("path", "a\"b\\c\nd")), 12);

        Assert.Equal(
            "# HELP mesh_ready 1 when ready.\n# TYPE mesh_ready gauge\nmesh_ready 1\n"
            + "# HELP istio_requests_total Two\\nlines and a \\\\.\n# TYPE istio_requests_total counter\n"
            + "istio_requests_total{reporter=\"source\",path=\"a\\\"b\\\\c\\nd\"} 12\n",
            text.ToString());
    }

    [Fact]
    public void A_histogram_sums_up_its_buckets()
    {
        var values = new HistogramValues([0.5, 1, 5]);
        foreach (var value in new[] { 0.25, 0.5, 0.75, 3, 100 }) values.Record(value);
        var text = new MetricsText();
        text.Family("d", "histogram", "D.");
        values.Write(text, "a=\"1\"");

        Assert.Equal(5, values.Count);
        Assert.Equal(
            "# HELP d D.\n# TYPE d histogram\nd_bucket{a=\"1\",le=\"0.5\"} 2\nd_bucket{a=\"1\",le=\"1\"} 3\nd_bucket{a=\"1\",le=\"5\"} 4\n"
            + "d_bucket{a=\"1\",le=\"+Inf\"} 5\nd_sum{a=\"1\"} 104.5\nd_count{a=\"1\"} 5\n",
            text.ToString());
    }
}
