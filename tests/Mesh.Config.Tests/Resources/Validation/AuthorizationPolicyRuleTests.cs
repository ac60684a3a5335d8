namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for AuthorizationPolicies.</summary>
public sealed class AuthorizationPolicyRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "CUSTOM has rules",
            RuleCase.Error, "a CUSTOM policy without rules never does anything",
            "§{action: CUSTOM, provider: {name: p}}"
        },
        {
            "DENY has rules",
            RuleCase.Error, "a DENY policy without rules never does anything",
            "§{action: DENY}"
        },
        {
            "CUSTOM has a provider",
            RuleCase.Error, "provider.name is missing",
            "§{action: CUSTOM, rules: [{}]}"
        },
        {
            "only CUSTOM has a provider",
            RuleCase.Error, "only the action CUSTOM has a provider",
            "{provider: §{name: p}}"
        },
        {
            "CUSTOM knows no principals",
            RuleCase.Error, "before identities are checked",
            "{action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {principals: §[a]}}]}]}"
        },
        {
            "CUSTOM knows no namespaces",
            RuleCase.Error, "before identities are checked",
            "{action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {notNamespaces: §[a]}}]}]}"
        },
        {
            "CUSTOM knows no service accounts",
            RuleCase.Error, "before identities are checked",
            "{action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {serviceAccounts: §[a]}}]}]}"
        },
        {
            "CUSTOM knows no trust domains",
            RuleCase.Error, "before identities are checked",
            "{action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {trustDomains: §[a]}}]}]}"
        },
        {
            "CUSTOM knows no tokens",
            RuleCase.Error, "before identities are checked",
            "{action: CUSTOM, provider: {name: p}, rules: [{from: [{source: {requestPrincipals: §[a/b]}}]}]}"
        },
        {
            "CUSTOM has no condition on identities",
            RuleCase.Error, "is not known when CUSTOM policies are asked",
            """{action: CUSTOM, provider: {name: p}, rules: [{when: [{key: §"request.auth.claims[a]", values: [b]}]}]}"""
        },
        {
            "a list of sources is not empty",
            RuleCase.Error, "has no sources and never matches",
            "{rules: [{from: §[]}]}"
        },
        {
            "a list of operations is not empty",
            RuleCase.Error, "has no operations and never matches",
            "{rules: [{to: §[]}]}"
        },
        {
            "a source is given",
            RuleCase.Error, "source is missing",
            "{rules: [{from: [§{}]}]}"
        },
        {
            "a source names something",
            RuleCase.Error, "the source is empty",
            "{rules: [{from: [{source: §{}}]}]}"
        },
        {
            "an operation is given",
            RuleCase.Error, "operation is missing",
            "{rules: [{to: [§{}]}]}"
        },
        {
            "an operation names something",
            RuleCase.Error, "the operation is empty",
            "{rules: [{to: [{operation: §{}}]}]}"
        },
        {
            "service accounts exclude principals",
            RuleCase.Error, "excludes principals and namespaces",
            "{rules: [{from: [{source: {serviceAccounts: §[a], principals: [b]}}]}]}"
        },
        {
            "there are at most 16 service accounts",
            RuleCase.Error, "more than 16 service accounts",
            "{rules: [{from: [{source: {serviceAccounts: §[a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16]}}]}]}"
        },
        {
            "a service account has no wildcard",
            RuleCase.Error, "service accounts are compared exactly",
            """{rules: [{from: [{source: {serviceAccounts: [§"a*"]}}]}]}"""
        },
        {
            "a service account is name or namespace/name",
            RuleCase.Error, "\"a/b/c\" must be name or namespace/name",
            "{rules: [{from: [{source: {serviceAccounts: [§a/b/c]}}]}]}"
        },
        {
            "a value is not empty",
            RuleCase.Error, "the value is empty",
            """{rules: [{from: [{source: {principals: [§""]}}]}]}"""
        },
        {
            "a value of an operation is not empty",
            RuleCase.Error, "the value is empty",
            """{rules: [{to: [{operation: {methods: [GET, §""]}}]}]}"""
        },
        {
            "an address is an address or a range",
            RuleCase.Error, "\"x\" is neither an IP address nor a CIDR range",
            "{rules: [{from: [{source: {ipBlocks: [§x]}}]}]}"
        },
        {
            "an address of the original client likewise",
            RuleCase.Error, "\"10.0.0.0/33\" is neither",
            "{rules: [{from: [{source: {notRemoteIpBlocks: [§10.0.0.0/33]}}]}]}"
        },
        {
            "a port is a number",
            RuleCase.Error, "\"http\" is not a port from 0 to 65535",
            "{rules: [{to: [{operation: {ports: [§http]}}]}]}"
        },
        {
            "a trust domain has no path",
            RuleCase.Error, "must be a trust domain alone",
            "{rules: [{from: [{source: {trustDomains: [§a/b]}}]}]}"
        },
        {
            "a trust domain has its wildcard at an end",
            RuleCase.Error, "at the beginning or the end",
            """{rules: [{from: [{source: {trustDomains: [§"a*b"]}}]}]}"""
        },
        {
            "an operator of a path is a whole segment",
            RuleCase.Error, "must be whole segments",
            """{rules: [{to: [{operation: {paths: [§"/a{*}/b"]}}]}]}"""
        },
        {
            "{**} is the last operator",
            RuleCase.Error, "must be the last one",
            """{rules: [{to: [{operation: {paths: [§"/{**}/a/{*}"]}}]}]}"""
        },
        {
            "a path with operators has no other wildcard",
            RuleCase.Error, "characters that a template must not have",
            """{rules: [{to: [{operation: {notPaths: [§"/{*}/a*"]}}]}]}"""
        },
        {
            "a condition has a key",
            RuleCase.Error, "the key is empty",
            """{rules: [{when: [{key: §"", values: [a]}]}]}"""
        },
        {
            "a condition compares with something",
            RuleCase.Error, "values or notValues is missing",
            "{rules: [{when: [§{key: source.ip}]}]}"
        },
        {
            "a key is known",
            RuleCase.Error, "\"source.port\" is not an attribute",
            "{rules: [{when: [{key: §source.port, values: [a]}]}]}"
        },
        {
            "old keys are refused with a hint",
            RuleCase.Error, "put the policy into that namespace",
            "{rules: [{when: [{key: §destination.namespace, values: [a]}]}]}"
        },
        {
            "a header key names the header",
            RuleCase.Error, "must be request.headers[NAME]",
            "{rules: [{when: [{key: §request.headers, values: [a]}]}]}"
        },
        {
            "a condition on an address has addresses",
            RuleCase.Error, "\"x\" is neither an IP address",
            "{rules: [{when: [{key: remote.ip, notValues: [§x]}]}]}"
        },
        {
            "a condition on a port has ports",
            RuleCase.Error, "\"70000\" is not a port",
            """{rules: [{when: [{key: destination.port, values: [§"70000"]}]}]}"""
        },
        {
            "DENY by HTTP attributes only denies TCP too",
            RuleCase.Warning, "denies all traffic of TCP ports",
            "{action: DENY, rules: [§{to: [{operation: {methods: [GET]}}]}]}"
        },
        {
            "DENY by tokens only denies TCP too",
            RuleCase.Warning, "denies all traffic of TCP ports",
            """{action: DENY, rules: [§{from: [{source: {notRequestPrincipals: ["*"]}}]}]}"""
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "ALLOW without rules allows nothing",
            "{}"
        },
        {
            "an empty rule matches everything",
            "{action: DENY, rules: [{}]}"
        },
        {
            "wildcards at both ends of a path, and operators",
            """{rules: [{to: [{operation: {paths: ["/a*", "*b", "*", "/a/{*}/b/{**}", "/{**}/x"]}}]}]}"""
        },
        {
            "DENY with ports says what it means",
            """{action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ["80"]}}]}]}"""
        },
        {
            "claims of claims",
            """{rules: [{when: [{key: "request.auth.claims[a][b]", values: [c]}]}]}"""
        },
        {
            "a trust domain with a wildcard at an end",
            """{rules: [{from: [{source: {trustDomains: ["*.example.com", "a*", "*"]}}]}]}"""
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
        $"apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
