namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for WorkloadEntries.</summary>
public sealed class WorkloadEntryRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "an address or a network is known",
            RuleCase.Error, "address is missing",
            "§{labels: {a: b}}"
        },
        {
            "without an address only a gateway leads there",
            RuleCase.Warning, "reached through a gateway of its network only",
            "§{network: n}"
        },
        {
            "an address is an IP or a name",
            RuleCase.Error, "\"a_b\" is neither an IP address nor a host name",
            "{address: §a_b}"
        },
        {
            "a socket path is absolute",
            RuleCase.Error, "must be unix:// with an absolute path",
            """{address: §"unix://a"}"""
        },
        {
            "a socket path does not end in a slash",
            RuleCase.Error, "must be unix:// with an absolute path",
            """{address: §"unix:///a/"}"""
        },
        {
            "a socket has no ports",
            RuleCase.Error, "has no ports",
            """{address: "unix:///a", ports: §{a: 80}}"""
        },
        {
            "a port name is a DNS label",
            RuleCase.Error, "\"a_b\" is not a DNS label",
            "{address: 10.0.0.1, ports: {§a_b: 80}}"
        },
        {
            "a port is a port",
            RuleCase.Error, "must be between 1 and 65535",
            "{address: 10.0.0.1, ports: {a: §0}}"
        },
        {
            "labels are labels",
            RuleCase.Error, "\"-a\" is not a label key",
            "{address: 10.0.0.1, labels: {§-a: b}}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "an abstract socket",
            """{address: "unix://@a"}"""
        },
        {
            "an IPv6 address",
            """{address: "2001:db8::1"}"""
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
        $"apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
