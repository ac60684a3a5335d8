namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for RequestAuthentications.</summary>
public sealed class RequestAuthenticationRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "it is known whose tokens these are",
            RuleCase.Error, "issuer or jwksUri is missing",
            "{jwtRules: [§{audiences: [a]}]}"
        },
        {
            "an audience is not empty",
            RuleCase.Error, "the audience is empty",
            """{jwtRules: [{issuer: i, audiences: [§""]}]}"""
        },
        {
            "keys come from http or https",
            RuleCase.Error, "\"ftp://a/b\" is not an http or https address",
            """{jwtRules: [{issuer: i, jwksUri: §"ftp://a/b"}]}"""
        },
        {
            "keys come from one place",
            RuleCase.Error, "excludes jwksUri",
            """{jwtRules: [{issuer: i, jwksUri: "https://a/b", jwks: §'{"keys":[]}'}]}"""
        },
        {
            "keys are JSON",
            RuleCase.Error, "is not JSON",
            """{jwtRules: [{issuer: i, jwks: §"{"}]}"""
        },
        {
            "keys are a key set",
            RuleCase.Error, "is not a JSON Web Key Set",
            """{jwtRules: [{issuer: i, jwks: §"[]"}]}"""
        },
        {
            "a private key does not belong here",
            RuleCase.Warning, "contains a private key",
            """{jwtRules: [{issuer: i, jwks: §'{"keys":[{"kty":"RSA","d":"x"}]}'}]}"""
        },
        {
            "a header has a name",
            RuleCase.Error, "the header name is empty",
            """{jwtRules: [{issuer: i, fromHeaders: [{name: §""}]}]}"""
        },
        {
            "a parameter has a name",
            RuleCase.Error, "the parameter name is empty",
            """{jwtRules: [{issuer: i, fromParams: [§""]}]}"""
        },
        {
            "a cookie has a name",
            RuleCase.Error, "the cookie name is empty",
            """{jwtRules: [{issuer: i, fromCookies: [§""]}]}"""
        },
        {
            "a claim is named",
            RuleCase.Error, "the claim is empty",
            """{jwtRules: [{issuer: i, outputClaimToHeaders: [{header: x, claim: §""}]}]}"""
        },
        {
            "the header of a claim has a plain name",
            RuleCase.Error, "\"x y\" is not a header name",
            "{jwtRules: [{issuer: i, outputClaimToHeaders: [{header: §x y, claim: c}]}]}"
        },
        {
            "the timeout is at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{jwtRules: [{issuer: i, timeout: §0s}]}"
        },
        {
            "a policy has one way of targeting",
            RuleCase.Error, "exclude each other",
            "§{selector: {matchLabels: {a: b}}, targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g}}"
        },
        {
            "a target is in the own namespace",
            RuleCase.Error, "remove namespace",
            "{targetRef: {kind: Service, name: s, namespace: §other}}"
        },
        {
            "a target has a name",
            RuleCase.Error, "name is missing",
            "{targetRef: §{kind: Service}}"
        },
        {
            "a target is of a known kind",
            RuleCase.Error, "core/Pod cannot be a target",
            "{targetRefs: [{kind: §Pod, name: p}]}"
        },
        {
            "there are at most 16 targets",
            RuleCase.Error, "more than 16 targets",
            "{targetRefs: §[{kind: Service, name: s0}, {kind: Service, name: s1}, {kind: Service, name: s2}, {kind: Service, name: s3}, {kind: Service, name: s4}, {kind: Service, name: s5}, {kind: Service, name: s6}, {kind: Service, name: s7}, {kind: Service, name: s8}, {kind: Service, name: s9}, {kind: Service, name: s10}, {kind: Service, name: s11}, {kind: Service, name: s12}, {kind: Service, name: s13}, {kind: Service, name: s14}, {kind: Service, name: s15}, {kind: Service, name: s16}]}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "tokens of an issuer, with keys inside",
            """{jwtRules: [{issuer: i, jwks: '{"keys":[{"kty":"RSA","e":"AQAB","n":"x"}]}'}]}"""
        },
        {
            "all kinds of targets",
            "{targetRefs: [{kind: Service, name: s}, {group: networking.istio.io, kind: ServiceEntry, name: e}, {group: gateway.networking.k8s.io, kind: GatewayClass, name: c}]}"
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
        $"apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
