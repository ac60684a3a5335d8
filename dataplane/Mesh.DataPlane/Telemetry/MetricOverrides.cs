using System.Collections.Immutable;
using Mesh.Config.Resources.Observability;
using Mesh.Hosting.Metrics;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What Telemetry resources change about metrics; made use of when they are shown, so that requests cost the same.</summary>
/// <remarks>Source: Istio, "Telemetry API: MetricsOverrides".</remarks>
public sealed class MetricOverrides(ImmutableArray<MetricsOverride> overrides)
{
    public static MetricOverrides None { get; } = new([]);

    private readonly ImmutableArray<MetricsOverride> all = overrides.IsDefault ? [] : overrides;

    public bool IsDisabled(StandardMetric metric)
    {
        var disabled = false;
        foreach (var item in all)
            if (Matches(item, metric) && item.Disabled is { } value) disabled = value;
        return disabled;
    }

    /// <summary>The labels of a metric, rendered.</summary>
    /// <param name="rendered">The same without any change.</param>
    internal string Labels(StandardMetric metric, ImmutableArray<(string Name, string Value)> labels, string rendered)
    {
        List<(string Name, string Value)>? changed = null;
        foreach (var item in all)
        {
            if (!Matches(item, metric)) continue;
            foreach (var (name, tag) in item.TagOverrides)
            {
                changed ??= [.. labels];
                var at = changed.FindIndex(label => label.Name == name);
                if (tag.Operation == TagOperation.Remove)
                {
                    if (at >= 0) changed.RemoveAt(at);
                    continue;
                }

                var value = Value(tag.Value, labels);
                if (at >= 0) changed[at] = (name, value);
                else changed.Add((name, value));
            }
        }

        return changed is null ? rendered : MetricLabels.Render([.. changed]);
    }

    private static bool Matches(MetricsOverride item, StandardMetric metric) =>
        item.Match is null || (item.Match.CustomMetric is null && (item.Match.Metric is null or StandardMetric.AllMetrics || item.Match.Metric == metric));

    /// <summary>
    /// Constants, and other labels by their name; what else an expression may ask of a request is not at hand and is <c>unknown</c>, as for
    /// an expression that fails.
    /// </summary>
    private static string Value(string expression, ImmutableArray<(string Name, string Value)> labels)
    {
        var text = expression.Trim();
        if (text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0]) return text[1..^1];
        foreach (var (name, value) in labels)
            if (name == text) return value;
        return "unknown";
    }
}
