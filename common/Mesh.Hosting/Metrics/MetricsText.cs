using System.Globalization;
using System.Text;

namespace Mesh.Hosting.Metrics;

/// <summary>
/// Metrics in Prometheus' text format, with exactly the names that are given. Written by hand because OpenTelemetry's exporter
/// (OpenTelemetry.Exporter.Prometheus.AspNetCore) adds units and suffixes to names, which then are not Istio's any more.
/// </summary>
/// <remarks>Source: Prometheus, "Exposition formats", text format 0.0.4.</remarks>
public sealed class MetricsText
{
    /// <summary>Value of <c>Content-Type</c>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();
    private string family = "";

    /// <summary>Begins a family; a family may begin once only.</summary>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    public void Family(string name, string type, string help)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(help);
        family = name;
        text.Append("# HELP ").Append(name).Append(' ')
            .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>One value of the current family.</summary>
    /// <param name="labels">As <see cref="MetricLabels.Render"/> makes them; empty for none.</param>
    public void Sample(string labels, double value) => Sample("", labels, value);

    /// <summary>A family of one value without labels.</summary>
    public void Value(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample("", value);
    }

    /// <summary>One histogram of the current family.</summary>
    /// <param name="bounds">Upper bounds, rising, without infinity.</param>
    /// <param name="counts">How many values fell into each bucket, not summed up; one more than bounds.</param>
    public void Histogram(string labels, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum)
    {
        Invariant.Holds(counts.Length == bounds.Length + 1, $"{family} has {bounds.Length} bounds and {counts.Length} counts");
        long total = 0;
        var separator = string.IsNullOrEmpty(labels) ? "" : ",";
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            Sample("_bucket", $"{labels}{separator}le=\"{bound}\"", total);
        }

        Sample("_sum", labels, sum);
        Sample("_count", labels, total);
    }

    public override string ToString() => text.ToString();

    private void Sample(string suffix, string labels, double value)
    {
        text.Append(family).Append(suffix);
        if (!string.IsNullOrEmpty(labels)) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
