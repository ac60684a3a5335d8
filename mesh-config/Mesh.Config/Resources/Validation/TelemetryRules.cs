using System.Collections.Immutable;
using Mesh.Config.Resources.Observability;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a Telemetry.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateTelemetry. Of a filter only brackets and quotes are checked.</remarks>
internal static class TelemetryRules
{
    public static void Check(TelemetrySpec value, RuleScope at)
    {
        PolicyRules.Targets(value.Selector, value.TargetRef, value.TargetRefs, at);
        if (value.Tracing.Length > 1) at["tracing"].Warning("only the first entry is used; merge them", Yaml.DiagnosticCodes.NoEffect);
        for (var i = 0; i < value.Tracing.Length; i++) CheckTracing(value.Tracing[i], at["tracing"][i]);
        for (var i = 0; i < value.Metrics.Length; i++) CheckMetrics(value.Metrics[i], at["metrics"][i]);
        for (var i = 0; i < value.AccessLogging.Length; i++)
        {
            Providers(value.AccessLogging[i].Providers, at["accessLogging"][i]["providers"]);
            if (value.AccessLogging[i].Filter is { } filter && !IsBalanced(filter.Expression))
                at["accessLogging"][i]["filter"]["expression"].Error("the expression has an open bracket or quote");
        }
    }

    private static void CheckTracing(TracingSpec value, RuleScope at)
    {
        Providers(value.Providers, at["providers"]);
        if (value.Providers.Length > 1) at["providers"].Warning("only the first provider is used; keep one", Yaml.DiagnosticCodes.NoEffect);
        if (value.RandomSamplingPercentage is not (null or (>= 0 and <= 100)))
            at["randomSamplingPercentage"].Error("must be between 0 and 100");
        foreach (var (name, tag) in value.CustomTags)
        {
            if (name.Length == 0) at["customTags"].Key(name).Error("the tag name is empty");
            if (tag.Literal is { Value: "" }) at["customTags"].Entry(name)["literal"].Error("the value is empty");
            if (tag.Environment is { Name: "" }) at["customTags"].Entry(name)["environment"].Error("the name is empty");
            if (tag.Header is { Name: "" }) at["customTags"].Entry(name)["header"].Error("the name is empty");
            if (tag.Formatter is { Value: "" }) at["customTags"].Entry(name)["formatter"].Error("the value is empty");
        }
    }

    private static void CheckMetrics(MetricsSpec value, RuleScope at)
    {
        Providers(value.Providers, at["providers"]);
        for (var i = 0; i < value.Overrides.Length; i++)
        {
            var (entry, here) = (value.Overrides[i], at["overrides"][i]);
            if (entry.Match is { CustomMetric: "" }) here["match"]["customMetric"].Error("the metric name is empty");
            foreach (var (name, tag) in entry.TagOverrides)
            {
                var place = here["tagOverrides"];
                if (name.Length == 0) place.Key(name).Error("the tag name is empty");
                if (tag is { Operation: TagOperation.Upsert, Value: "" }) place.Entry(name).Missing("value", "UPSERT needs one");
                if (tag is { Operation: TagOperation.Remove, Value: not "" }) place.Entry(name)["value"].Error("REMOVE takes no value; remove it");
            }
        }
    }

    private static void Providers(ImmutableArray<ProviderReference> providers, RuleScope at)
    {
        for (var i = 0; i < providers.Length; i++)
            if (providers[i].Name.Length == 0)
                at[i]["name"].Error("the provider name is empty");
    }

    private static bool IsBalanced(string expression)
    {
        var open = new Stack<char>();
        var quote = '\0';
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (quote != '\0')
            {
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c is '(' or '[' or '{')
            {
                open.Push(c);
            }
            else if (c is ')' or ']' or '}' && (!open.TryPop(out var before) || (before, c) is not (('(', ')') or ('[', ']') or ('{', '}'))))
            {
                return false;
            }
        }

        return quote == '\0' && open.Count == 0;
    }
}
