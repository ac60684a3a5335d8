namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for ProxyConfigs.</summary>
public sealed class ProxyConfigRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "a number of workers is not negative",
            RuleCase.Error, "must be 0 or more",
            "{concurrency: §-1}"
        },
        {
            "an empty selector selects everything",
            RuleCase.Warning, "has no labels",
            "{selector: §{}}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "a worker for each core",
            "{concurrency: 0, image: {imageType: distroless}}"
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
        $"apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
