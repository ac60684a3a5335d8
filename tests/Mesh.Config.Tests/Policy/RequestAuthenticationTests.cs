using Mesh.Config.Policy;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>Tokens in requests: where they are looked for, and what becomes of requests with, without and with bad ones.</summary>
public sealed class RequestAuthenticationTests
{
    private const string A = "jwtRules: [{issuer: a, jwksUri: 'https://a.example/keys'}]";

    [Fact]
    public void Without_a_RequestAuthentication_tokens_are_not_looked_at() =>
        Assert.True(Check("", Get().WithHeaders(("authorization", "Bearer nonsense"))).Passed);

    [Fact]
    public void A_request_without_token_passes_without_claims()
    {
        var result = Check(Authentication($"{{{A}}}"), Get());
        Assert.True(result.Passed);
        Assert.Null(result.Claims);
    }

    [Fact]
    public void A_valid_token_gives_claims()
    {
        var result = Check(Authentication($"{{{A}}}"), Get().WithHeaders(("authorization", "Bearer a!alice")));
        Assert.Equal("a/alice", result.Claims!.Principal);
    }

    [Theory]
    [InlineData("a!WrongSignature", 401)]
    [InlineData("a!WrongTime", 401)]
    [InlineData("a!NoKeys", 401)]
    [InlineData("garbage", 401)]
    [InlineData("b!alice", 401)]
    [InlineData("a!WrongAudience", 403)]
    public void A_bad_token_is_refused_even_where_none_is_needed(string token, int status)
    {
        var result = Check(Authentication($"{{{A}}}"), Get().WithHeaders(("authorization", $"Bearer {token}")));
        Assert.Equal((false, status), (result.Passed, result.StatusCode));
        Assert.DoesNotContain("alice", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void With_several_rules_any_one_will_do()
    {
        var yaml = Authentication("{jwtRules: [{issuer: b, jwksUri: 'https://b.example'}]}", "b", "istio-system") + Authentication($"{{{A}}}");
        Assert.True(Check(yaml, Get().WithHeaders(("authorization", "Bearer b!bob"))).Passed);
        Assert.True(Check(yaml, Get().WithHeaders(("authorization", "Bearer a!alice"))).Passed);
        Assert.Contains("not among", Check(yaml, Get().WithHeaders(("authorization", "Bearer c!carol"))).Reason, StringComparison.Ordinal);
        Assert.Contains("expired", Check(yaml, Get().WithHeaders(("authorization", "Bearer a!WrongTime"))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/?access_token=a!x", null, null, true)]
    [InlineData("", "/", "authorization", "Bearer a!x", true)]
    [InlineData("", "/", "authorization", "Basic a!x", false)]
    [InlineData(", fromHeaders: [{name: X-Token, prefix: 'jwt '}]", "/", "x-token", "jwt a!x", true)]
    [InlineData(", fromHeaders: [{name: X-Token}]", "/", "x-token", "a!x", true)]
    [InlineData(", fromHeaders: [{name: X-Token}]", "/", "authorization", "Bearer a!x", false)]
    [InlineData(", fromParams: [t]", "/?s=1&t=a%21x", null, null, true)]
    [InlineData(", fromParams: [t]", "/?access_token=a!x", null, null, false)]
    [InlineData(", fromCookies: [session]", "/", "cookie", "k=v; session=a!x", true)]
    public void A_token_is_looked_for_where_the_rule_says(string locations, string path, string? header, string? value, bool found)
    {
        var request = header is null ? Get(path) : Get(path).WithHeaders((header, value!));
        var result = Check(Authentication($"{{jwtRules: [{{issuer: a, jwksUri: 'https://a.example'{locations}}}]}}"), request);
        Assert.True(result.Passed);
        Assert.Equal(found, result.Claims is not null);
    }

    [Fact]
    public void One_bad_token_beside_a_good_one_is_refused() =>
        Assert.False(Check(
            Authentication($"{{{A}}}"), Get("/?access_token=a!WrongSignature").WithHeaders(("authorization", "Bearer a!alice"))).Passed);

    [Theory]
    [InlineData("", 1)]
    [InlineData(", forwardOriginalToken: true", 0)]
    public void The_token_is_taken_out_unless_it_is_to_be_forwarded(string forward, int removed)
    {
        var yaml = Authentication($"{{jwtRules: [{{issuer: a, jwksUri: 'https://a.example'{forward}}}]}}");
        Assert.Equal(removed, Check(yaml, Get().WithHeaders(("authorization", "Bearer a!alice"))).Remove.Length);
    }

    [Fact]
    public void Payload_and_claims_go_into_headers()
    {
        var yaml = Authentication(
            "{jwtRules: [{issuer: a, jwksUri: 'https://a.example', outputPayloadToHeader: x-payload, outputClaimToHeaders: [{header: x-sub, claim: sub}, {header: x-none, claim: none}, {header: x-level, claim: level}]}]}");
        var headers = Check(yaml, Get().WithHeaders(("authorization", "Bearer a!alice"))).Headers;
        Assert.Equal(["x-payload", "x-sub", "x-level"], headers.Select(header => header.Key));
        Assert.Equal(["alice", "3"], headers.Skip(1).Select(header => header.Value));
    }

    [Fact]
    public void A_CORS_preflight_needs_no_token() =>
        Assert.True(Check(Authentication($"{{{A}}}"), (Get() with { Method = "OPTIONS" }).WithHeaders(
            ("origin", "https://shop.example"), ("access-control-request-method", "POST"), ("authorization", "Bearer garbage"))).Passed);

    [Fact]
    public void An_AuthorizationPolicy_is_what_makes_a_token_necessary()
    {
        var policy = Load(Authentication($"{{{A}}}") + Authorization("{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}"));
        var anonymous = Get();
        var known = Get().WithHeaders(("authorization", "Bearer a!alice"));
        Assert.False(policy.Authorize(anonymous with { Claims = policy.Authenticate(anonymous, new Validator()).Claims }).Allowed);
        Assert.True(policy.Authorize(known with { Claims = policy.Authenticate(known, new Validator()).Claims }).Allowed);
    }

    [Fact]
    public void A_rule_whose_token_is_required_refuses_requests_without() =>
        Assert.Equal(401, Check(Authentication("{jwtRules: [{issuer: a, jwksUri: 'https://a.example', presence: REQUIRED}]}"), Get()).StatusCode);

    private static AuthenticationResult Check(string yaml, PolicyRequest request) => Load(yaml).Authenticate(request, new Validator());
}
