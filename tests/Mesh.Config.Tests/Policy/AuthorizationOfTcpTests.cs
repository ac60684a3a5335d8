using Mesh.Config.Policy;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>What policies with conditions on HTTP do to a connection of which only TCP is known: always the stricter thing.</summary>
public sealed class AuthorizationOfTcpTests
{
    private static readonly PolicyRequest Connection = Get() with { IsHttp = false, Method = "", Path = "", Authority = "" };

    [Theory]
    [InlineData("to: [{operation: {methods: [GET]}}]")]
    [InlineData("to: [{operation: {notPaths: [/admin]}}]")]
    [InlineData("to: [{operation: {ports: ['8080'], hosts: ['*']}}]")]
    [InlineData("to: [{operation: {ports: ['8080']}}, {operation: {methods: [GET]}}]")]
    [InlineData("from: [{source: {notRequestPrincipals: [x/y]}}]")]
    [InlineData("when: [{key: 'request.headers[x-a]', notValues: [b]}]")]
    [InlineData("when: [{key: 'request.auth.claims[a]', notValues: [b]}]")]
    public void A_rule_with_HTTP_fields_never_allows_it(string rule) =>
        Assert.False(Load(Authorization($"{{rules: [{{{rule}}}]}}")).Authorize(Connection).Allowed);

    [Fact]
    public void The_other_rules_of_such_a_policy_still_allow_it() =>
        Assert.True(Load(Authorization("{rules: [{to: [{operation: {methods: [GET]}}]}, {to: [{operation: {ports: ['8080']}}]}]}")).Authorize(Connection).Allowed);

    [Theory]
    [InlineData("to: [{operation: {paths: [/admin]}}]", true)]
    [InlineData("to: [{operation: {paths: [/admin], ports: ['8080']}}]", true)]
    [InlineData("to: [{operation: {paths: [/admin], ports: ['9090']}}]", false)]
    [InlineData("from: [{source: {namespaces: [test]}}], to: [{operation: {methods: [GET]}}]", false)]
    [InlineData("from: [{source: {namespaces: [prod]}}], to: [{operation: {methods: [GET]}}]", true)]
    public void A_rule_that_denies_forgets_its_HTTP_fields_and_denies_more(string rule, bool denied) =>
        Assert.Equal(denied, !Load(Authorization($"{{action: DENY, rules: [{{{rule}}}]}}")).Authorize(Connection).Allowed);

    [Theory]
    [InlineData("principals: [cluster.local/ns/prod/sa/checkout]", true)]
    [InlineData("ipBlocks: [10.0.0.0/8]", true)]
    [InlineData("remoteIpBlocks: [10.0.0.0/8]", true)]
    [InlineData("namespaces: [test]", false)]
    public void What_a_connection_has_is_compared(string source, bool allowed) =>
        Assert.Equal(allowed, Load(Authorization($"{{rules: [{{from: [{{source: {{{source}}}}}]}}]}}")).Authorize(Connection).Allowed);

    [Fact]
    public void The_explanation_says_so() =>
        Assert.Contains("this is a TCP connection", Load(Authorization("{rules: [{to: [{operation: {methods: [GET]}}]}]}")).Explain(Connection)[0].Reason, StringComparison.Ordinal);
}
