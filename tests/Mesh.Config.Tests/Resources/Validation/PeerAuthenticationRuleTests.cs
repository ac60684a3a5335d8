namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for PeerAuthentications.</summary>
public sealed class PeerAuthenticationRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "ports need a selector",
            RuleCase.Error, "needs a selector with labels",
            "{portLevelMtls: §{80: {mode: STRICT}}}"
        },
        {
            "there are ports",
            RuleCase.Error, "has no ports",
            "{selector: {matchLabels: {a: b}}, portLevelMtls: §{}}"
        },
        {
            "a port is a port",
            RuleCase.Error, "port 0 must be between 1 and 65535",
            "{selector: {matchLabels: {a: b}}, portLevelMtls: {§0: {mode: STRICT}}}"
        },
        {
            "an empty selector selects everything",
            RuleCase.Warning, "has no labels",
            "{selector: §{}, mtls: {mode: STRICT}}"
        },
        {
            "a selector has no wildcards",
            RuleCase.Error, "has a wildcard",
            """{selector: {matchLabels: {§a: "b*"}}}"""
        },
        {
            "a selector has no empty key",
            RuleCase.Error, "the label key is empty",
            """{selector: {matchLabels: {§"": b}}}"""
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "a policy for a namespace",
            "{mtls: {mode: STRICT}}"
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
        $"apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
