namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for Telemetries.</summary>
public sealed class TelemetryRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "a provider has a name",
            RuleCase.Error, "the provider name is empty",
            """{tracing: [{providers: [{name: §""}]}]}"""
        },
        {
            "a sampled share is at most 100 percent",
            RuleCase.Error, "must be between 0 and 100",
            "{tracing: [{randomSamplingPercentage: §101}]}"
        },
        {
            "a tag has a name",
            RuleCase.Error, "the tag name is empty",
            """{tracing: [{customTags: {§"": {literal: {value: a}}}}]}"""
        },
        {
            "a literal tag has a value",
            RuleCase.Error, "the value is empty",
            """{tracing: [{customTags: {a: {literal: §{value: ""}}}}]}"""
        },
        {
            "a tag has one source",
            RuleCase.Error, "only one of literal, header",
            "{tracing: [{customTags: {a: §{literal: {value: a}, header: {name: b}}}}]}"
        },
        {
            "UPSERT needs a value",
            RuleCase.Error, "UPSERT needs one",
            "{metrics: [{overrides: [{tagOverrides: {a: §{operation: UPSERT}}}]}]}"
        },
        {
            "REMOVE takes no value",
            RuleCase.Error, "REMOVE takes no value",
            "{metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: §x}}}]}]}"
        },
        {
            "a metric is standard or custom",
            RuleCase.Error, "only one of metric, customMetric",
            "{metrics: [{overrides: [{match: §{metric: ALL_METRICS, customMetric: x}}]}]}"
        },
        {
            "a metric is known",
            RuleCase.Error, "did you mean REQUEST_COUNT?",
            "{metrics: [{overrides: [{match: {metric: §REQUEST_COUNTS}}]}]}"
        },
        {
            "a filter is an expression",
            RuleCase.Error, "open bracket or quote",
            """{accessLogging: [{filter: {expression: §"response.code >= (400"}}]}"""
        },
        {
            "only the first tracing entry counts",
            RuleCase.Warning, "only the first entry is used",
            "{tracing: §[{}, {}]}"
        },
        {
            "only the first tracing provider counts",
            RuleCase.Warning, "only the first provider is used",
            "{tracing: [{providers: §[{name: a}, {name: b}]}]}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "everything is sampled",
            "{tracing: [{providers: [{name: a}], randomSamplingPercentage: 100}]}"
        },
        {
            "an expression with brackets and quotes",
            """{accessLogging: [{filter: {expression: "xds.route_name == 'a)' && has(request.headers['x'])"}}]}"""
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_broken_rule_is_named_at_its_place(string rule, string severity, string message, string spec)
    {
        Assert.NotEmpty(rule);
        RuleCase.AssertFinds(severity, message, Text(spec));
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void What_Istio_accepts_is_accepted(string why, string spec)
    {
        Assert.NotEmpty(why);
        RuleCase.AssertSound(Text(spec));
    }

    private static string Text(string spec) =>
        $"apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
