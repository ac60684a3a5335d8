using Mesh.Config.Policy;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>CUSTOM, then DENY, then ALLOW; what no policy, no rule and an empty rule mean.</summary>
public sealed class AuthorizationOrderTests
{
    private const string DenyAdmin = "{action: DENY, rules: [{to: [{operation: {paths: [/admin*]}}]}]}";
    private const string AllowGet = "{rules: [{to: [{operation: {methods: [GET]}}]}]}";

    [Fact]
    public void Without_a_policy_everything_is_allowed()
    {
        var verdict = Load("").Authorize(Get());
        Assert.True(verdict.Allowed);
        Assert.Equal("", verdict.MatchedPolicy);
        Assert.Equal("", verdict.ResponseCodeDetails);
    }

    [Fact]
    public void With_an_ALLOW_policy_only_what_it_matches_is_allowed()
    {
        var policy = Load(Authorization(AllowGet));
        Assert.True(policy.Authorize(Get()).Allowed);
        var refused = policy.Authorize(Get() with { Method = "POST" });
        Assert.False(refused.Allowed);
        Assert.Equal("rbac_access_denied_matched_policy[none]", refused.ResponseCodeDetails);
    }

    [Fact]
    public void With_DENY_policies_alone_what_they_do_not_match_is_allowed()
    {
        var policy = Load(Authorization(DenyAdmin));
        Assert.True(policy.Authorize(Get("/pay")).Allowed);
        Assert.False(policy.Authorize(Get("/admin/keys")).Allowed);
    }

    [Fact]
    public void DENY_beats_ALLOW()
    {
        var refused = Load(Authorization(AllowGet, "allow") + Authorization(DenyAdmin, "deny")).Authorize(Get("/admin"));
        Assert.False(refused.Allowed);
        Assert.Equal("ns[prod]-policy[deny]-rule[0]", refused.MatchedPolicy);
        Assert.Equal("rbac_access_denied_matched_policy[ns[prod]-policy[deny]-rule[0]]", refused.ResponseCodeDetails);
    }

    [Fact]
    public void One_matching_ALLOW_policy_of_several_is_enough() =>
        Assert.True(Load(Authorization("{}", "nothing") + Authorization(AllowGet, "get")).Authorize(Get()).Allowed);

    [Fact]
    public void An_ALLOW_policy_without_rules_allows_nothing() => Assert.False(Load(Authorization("{}")).Authorize(Get()).Allowed);

    [Fact]
    public void An_ALLOW_policy_with_an_empty_rule_allows_everything() =>
        Assert.True(Load(Authorization("{rules: [{}]}")).Authorize(new PolicyRequest()).Allowed);

    [Fact]
    public void A_DENY_policy_with_an_empty_rule_denies_everything() =>
        Assert.False(Load(Authorization("{action: DENY, rules: [{}]}")).Authorize(Get()).Allowed);

    [Fact]
    public void A_matching_CUSTOM_policy_names_the_authorizer_to_ask_first()
    {
        var policy = Load(Authorization("{action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/pay]}}]}]}"));
        var asked = policy.Authorize(Get("/pay"));
        Assert.Equal(("opa", true), (asked.Provider, asked.Allowed));
        Assert.Null(policy.Authorize(Get("/other")).Provider);
    }

    [Fact]
    public void What_an_authorizer_admits_can_still_be_denied()
    {
        var verdict = Load(Authorization("{action: CUSTOM, provider: {name: opa}, rules: [{}]}", "ask") + Authorization(DenyAdmin, "deny")).Authorize(Get("/admin"));
        Assert.Equal(("opa", false), (verdict.Provider, verdict.Allowed));
    }

    [Fact]
    public void Two_authorizers_on_one_workload_refuse_what_would_have_been_asked()
    {
        var policy = Load(
            Authorization("{action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/pay]}}]}]}", "a")
            + Authorization("{action: CUSTOM, provider: {name: other}, rules: [{to: [{operation: {paths: [/x]}}]}]}", "b"));
        Assert.False(policy.Authorize(Get("/pay")).Allowed);
        Assert.True(policy.Authorize(Get("/unasked")).Allowed);
    }

    [Fact]
    public void AUDIT_only_records()
    {
        var verdict = Load(Authorization("{action: AUDIT, rules: [{to: [{operation: {methods: [GET]}}]}]}", "seen")).Authorize(Get());
        Assert.True(verdict.Allowed);
        Assert.Equal(["ns[prod]-policy[seen]-rule[0]"], verdict.Audited);
    }

    [Fact]
    public void A_dry_run_policy_changes_nothing_and_tells_what_it_would_have_done()
    {
        var yaml = Authorization(DenyAdmin).Replace("name: p,", "name: p, annotations: {istio.io/dry-run: 'true'},", StringComparison.Ordinal);
        var verdict = Load(yaml).Authorize(Get("/admin"));
        Assert.True(verdict.Allowed);
        Assert.False(verdict.DryRun!.Allowed);
        Assert.Equal("ns[prod]-policy[p]-rule[0]", verdict.DryRun.MatchedPolicy);
        Assert.Null(Load(Authorization(DenyAdmin)).Authorize(Get("/admin")).DryRun);
    }

    [Fact]
    public void Every_rule_tells_why_it_did_not_match()
    {
        var policy = Load(
            Authorization(DenyAdmin, "deny")
            + Authorization("{rules: [{from: [{source: {namespaces: [test]}}], to: [{operation: {methods: [GET]}}]}, {when: [{key: 'request.headers[x-a]', values: ['1']}]}]}", "allow")
            + Authorization("{}", "none"));
        Assert.Equal(
            [
                "DENY prod/deny rule 0 does not match: paths is \"/pay\", not among [/admin*]",
                "ALLOW prod/allow rule 0 does not match: source.namespace is \"spiffe://cluster.local/ns/prod/sa/checkout\", not among [test]",
                "ALLOW prod/allow rule 1 does not match: request.headers[x-a] is no such header, not among [1]",
                "ALLOW prod/none does not match: it has no rules, so nothing matches it",
            ],
            policy.Explain(Get("/pay")).Select(step => step.ToString()));
    }

    [Fact]
    public void A_rule_that_matches_tells_what_it_went_by() =>
        Assert.Equal(
            "DENY prod/p rule 0 matches: paths is \"/admin/x\"",
            Assert.Single(Load(Authorization(DenyAdmin)).Explain(Get("/admin/x"))).ToString());
}
