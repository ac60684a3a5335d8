using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Resources.MeshWide;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>Every field of sources and operations, every key of <c>when</c>, and how each compares.</summary>
public sealed class AuthorizationConditionTests
{
    private const string Checkout = "spiffe://cluster.local/ns/prod/sa/checkout";

    [Theory]
    [InlineData("principals: [cluster.local/ns/prod/sa/checkout]", Checkout, true)]
    [InlineData("principals: [cluster.local/ns/prod/sa/other]", Checkout, false)]
    [InlineData("principals: [a/b, cluster.local/ns/prod/sa/checkout]", Checkout, true)]
    [InlineData("principals: ['*']", Checkout, true)]
    [InlineData("principals: ['*']", null, false)]
    [InlineData("principals: ['*/sa/checkout']", Checkout, true)]
    [InlineData("principals: ['*/sa/check']", Checkout, false)]
    [InlineData("principals: [cluster.local/ns/prod/*]", Checkout, true)]
    [InlineData("principals: [cluster.local/ns/PROD/*]", Checkout, false)]
    [InlineData("notPrincipals: [cluster.local/ns/prod/sa/checkout]", Checkout, false)]
    [InlineData("notPrincipals: [cluster.local/ns/prod/sa/checkout]", null, true)]
    [InlineData("namespaces: [prod]", Checkout, true)]
    [InlineData("namespaces: [pro]", Checkout, false)]
    [InlineData("namespaces: ['pr*']", Checkout, true)]
    [InlineData("namespaces: ['*od']", Checkout, true)]
    [InlineData("namespaces: [prod]", null, false)]
    [InlineData("notNamespaces: [prod]", null, true)]
    [InlineData("notNamespaces: [prod]", Checkout, false)]
    [InlineData("serviceAccounts: [checkout]", Checkout, true)]
    [InlineData("serviceAccounts: [prod/checkout]", "spiffe://elsewhere/ns/prod/sa/checkout", true)]
    [InlineData("serviceAccounts: [test/checkout]", Checkout, false)]
    [InlineData("serviceAccounts: [checkout]", "spiffe://cluster.local/ns/test/sa/checkout", false)]
    [InlineData("notServiceAccounts: [checkout]", Checkout, false)]
    [InlineData("trustDomains: [cluster.local]", Checkout, true)]
    [InlineData("trustDomains: ['*.local']", Checkout, true)]
    [InlineData("trustDomains: [other]", Checkout, false)]
    [InlineData("notTrustDomains: [cluster.local]", "spiffe://evil/ns/prod/sa/checkout", true)]
    public void A_source_goes_by_the_identity_of_the_peer(string source, string? peer, bool matches) =>
        Assert.Equal(matches, Allows($"from: [{{source: {{{source}}}}}]", Get() with { PeerIdentity = peer }));

    [Theory]
    [InlineData("ipBlocks: [10.0.1.31]", true)]
    [InlineData("ipBlocks: [10.0.0.0/16]", true)]
    [InlineData("ipBlocks: [10.0.1.77/24]", true)]
    [InlineData("ipBlocks: [10.9.0.0/16]", false)]
    [InlineData("ipBlocks: ['fd00::/8']", false)]
    [InlineData("notIpBlocks: [10.0.0.0/16]", false)]
    [InlineData("remoteIpBlocks: [203.0.113.0/24]", true)]
    [InlineData("remoteIpBlocks: [10.0.0.0/16]", false)]
    [InlineData("notRemoteIpBlocks: [203.0.113.9]", false)]
    public void A_source_goes_by_addresses(string source, bool matches) =>
        Assert.Equal(matches, Allows($"from: [{{source: {{{source}}}}}]", Get() with { RemoteAddress = IPAddress.Parse("203.0.113.9") }));

    [Fact]
    public void Without_a_forwarding_proxy_the_remote_address_is_the_peers() =>
        Assert.True(Allows("from: [{source: {remoteIpBlocks: [10.0.1.31]}}]", Get()));

    [Fact]
    public void An_IPv4_address_in_IPv6_form_is_the_IPv4_address() =>
        Assert.True(Allows("from: [{source: {ipBlocks: [10.0.0.0/16]}}]", Get() with { SourceAddress = IPAddress.Parse("::ffff:10.0.1.31") }));

    [Theory]
    [InlineData("methods: [GET]", true)]
    [InlineData("methods: [get]", false)]
    [InlineData("methods: ['G*']", true)]
    [InlineData("methods: ['*']", true)]
    [InlineData("notMethods: [GET]", false)]
    [InlineData("ports: ['8080']", true)]
    [InlineData("ports: ['80', '443']", false)]
    [InlineData("notPorts: ['8080']", false)]
    [InlineData("hosts: [payments]", false)]
    [InlineData("hosts: ['payments:*']", true)]
    [InlineData("hosts: ['PAYMENTS:8080']", true)]
    [InlineData("hosts: ['*:8080']", true)]
    [InlineData("notHosts: ['payments:8080']", false)]
    [InlineData("methods: [GET], ports: ['8080']", true)]
    [InlineData("methods: [GET], ports: ['1']", false)]
    public void An_operation_goes_by_method_port_and_authority(string operation, bool matches) =>
        Assert.Equal(matches, Allows($"to: [{{operation: {{{operation}}}}}]", Get()));

    [Theory]
    [InlineData("/pay", "/pay", true)]
    [InlineData("/pay", "/pay?x=1", true)]
    [InlineData("/pay", "/pay#top", true)]
    [InlineData("/pay", "/pay/", false)]
    [InlineData("/pay", "/PAY", false)]
    [InlineData("/pay*", "/payments/1", true)]
    [InlineData("*/keys", "/admin/keys", true)]
    [InlineData("*", "/", true)]
    [InlineData("/v1/{*}", "/v1/accounts", true)]
    [InlineData("/v1/{*}", "/v1/", false)]
    [InlineData("/v1/{*}", "/v1/a/b", false)]
    [InlineData("/v1/{*}/close", "/v1/a/close", true)]
    [InlineData("/v1/{**}", "/v1/a/b/c", true)]
    [InlineData("/v1/{**}", "/v1/", true)]
    [InlineData("/v1/{**}", "/v1", false)]
    [InlineData("/v1/{*}/x/{**}", "/v1/a/x/b/c", true)]
    [InlineData("/v1/{**}/close", "/v1/a/b/close", true)]
    [InlineData("/v.1/{*}", "/vx1/a", false)]
    public void Paths_are_compared_without_query_by_pattern_or_template(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Allows($"to: [{{operation: {{paths: ['{pattern}']}}}}]", Get(path)));

    [Theory]
    [InlineData(PathNormalizationType.None, "/a/../admin", "/a/../admin")]
    [InlineData(PathNormalizationType.Default, "/a/../admin", "/admin")]
    [InlineData(PathNormalizationType.Base, "/a/../admin", "/admin")]
    [InlineData(PathNormalizationType.Base, "/a/./b/..", "/a/")]
    [InlineData(PathNormalizationType.Base, "/../../admin", "/admin")]
    [InlineData(PathNormalizationType.Base, "/a/%2e%2E/admin", "/admin")]
    [InlineData(PathNormalizationType.Base, "/%61dmin", "/admin")]
    [InlineData(PathNormalizationType.Base, "\\admin", "/admin")]
    [InlineData(PathNormalizationType.Base, "//admin", "//admin")]
    [InlineData(PathNormalizationType.Base, "/a%2Fadmin", "/a%2Fadmin")]
    [InlineData(PathNormalizationType.Base, "/a%zz%", "/a%zz%")]
    [InlineData(PathNormalizationType.MergeSlashes, "//a///admin", "/a/admin")]
    [InlineData(PathNormalizationType.DecodeAndMergeSlashes, "/%2Fa%5cadmin", "/a/admin")]
    [InlineData(PathNormalizationType.DecodeAndMergeSlashes, "/a%2f..%2Fadmin", "/admin")]
    public void A_path_is_normalized_before_it_is_compared(PathNormalizationType normalization, string path, string compared)
    {
        var policy = Load(
            Authorization($"{{rules: [{{to: [{{operation: {{paths: ['{compared}']}}}}]}}]}}"), new MeshModelOptions { PathNormalization = normalization });
        Assert.True(policy.Authorize(Get(path)).Allowed, policy.Explain(Get(path))[0].Reason);
    }

    [Theory]
    [InlineData("key: 'request.headers[x-tier]', values: [gold]", true)]
    [InlineData("key: 'request.headers[X-Tier]', values: ['go*']", true)]
    [InlineData("key: 'request.headers[x-tier]', values: [silver]", false)]
    [InlineData("key: 'request.headers[x-other]', values: ['*']", false)]
    [InlineData("key: 'request.headers[x-empty]', values: ['*']", true)]
    [InlineData("key: 'request.headers[x-other]', notValues: [gold]", true)]
    [InlineData("key: 'request.headers[x-tier]', notValues: [gold]", false)]
    [InlineData("key: source.ip, values: [10.0.1.0/24]", true)]
    [InlineData("key: remote.ip, notValues: [10.0.1.31]", false)]
    [InlineData("key: destination.ip, values: [10.0.1.11]", true)]
    [InlineData("key: destination.port, values: ['8080']", true)]
    [InlineData("key: destination.port, notValues: ['8080']", false)]
    [InlineData("key: connection.sni, values: ['outbound_.8080_.*']", true)]
    [InlineData("key: source.namespace, values: [prod]", true)]
    [InlineData("key: source.principal, values: [cluster.local/ns/prod/sa/checkout]", true)]
    [InlineData("key: source.serviceAccount, values: [prod/checkout]", true)]
    [InlineData("key: source.trustDomain, values: [cluster.local]", true)]
    [InlineData("key: 'experimental.envoy.filters.a.b[c]', values: [x]", false)]
    [InlineData("key: 'experimental.envoy.filters.a.b[c]', notValues: [x]", true)]
    public void A_condition_goes_by_its_key(string when, bool matches) =>
        Assert.Equal(matches, Allows($"when: [{{{when}}}]", (Get() with { Sni = "outbound_.8080_._.payments" })
            .WithHeaders(("x-tier", "gold"), ("x-empty", ""))));

    [Theory]
    [InlineData("from: [{source: {requestPrincipals: ['https://id.example/tenants/1/alice']}}]", true)]
    [InlineData("from: [{source: {requestPrincipals: ['https://id.example/tenants/1/*']}}]", true)]
    [InlineData("from: [{source: {requestPrincipals: ['https://id.example/tenants/1/al*']}}]", true)]
    [InlineData("from: [{source: {requestPrincipals: ['*/alice']}}]", true)]
    [InlineData("from: [{source: {requestPrincipals: ['*/1/alice']}}]", true)]
    [InlineData("from: [{source: {requestPrincipals: ['https://id.example/*']}}]", false)]
    [InlineData("from: [{source: {requestPrincipals: ['https://id.example/tenants/1/bob']}}]", false)]
    [InlineData("from: [{source: {requestPrincipals: ['*']}}]", true)]
    [InlineData("from: [{source: {notRequestPrincipals: ['*']}}]", false)]
    [InlineData("when: [{key: request.auth.principal, values: ['*/alice']}]", true)]
    [InlineData("when: [{key: request.auth.audiences, values: [payments]}]", true)]
    [InlineData("when: [{key: request.auth.audiences, values: [billing]}]", false)]
    [InlineData("when: [{key: request.auth.presenter, values: [app-1]}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[groups]', values: [admin]}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[groups]', values: ['adm*']}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[org][unit]', values: [cash]}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[org]', values: ['*']}]", false)]
    [InlineData("when: [{key: 'request.auth.claims[scope]', values: [write]}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[scope]', values: ['read write']}]", false)]
    [InlineData("when: [{key: 'request.auth.claims[roles]', values: ['a b']}]", true)]
    [InlineData("when: [{key: 'request.auth.claims[level]', values: ['3']}]", false)]
    [InlineData("when: [{key: 'request.auth.claims[gone]', notValues: [x]}]", true)]
    public void Claims_of_a_validated_token_are_compared_as_strings(string rule, bool matches)
    {
        var claims = Claims(
            """
            {"iss":"https://id.example/tenants/1","sub":"alice","aud":["payments","other"],"azp":"app-1","groups":["user","admin"],
             "org":{"unit":"cash"},"scope":"read write","roles":"a b","level":3}
            """);
        Assert.Equal(matches, Allows(rule, Get() with { Claims = claims }));
    }

    [Fact]
    public void A_rule_may_declare_further_claims_as_space_delimited() =>
        Assert.Equal(["a", "b"], Claims("""{"roles":"a b"}""", "roles").Find("roles"));

    [Fact]
    public void A_claim_that_is_no_text_equals_nothing() => Assert.Empty(Claims("""{"a":"\ud800"}""").Find("a"));

    [Fact]
    public void Without_a_token_no_request_principal_matches()
    {
        Assert.False(Allows("from: [{source: {requestPrincipals: ['*']}}]", Get()));
        Assert.True(Allows("from: [{source: {notRequestPrincipals: ['*']}}]", Get()));
    }

    [Fact]
    public void Sources_are_alternatives_and_so_are_operations_but_conditions_all_hold()
    {
        const string rule =
            "from: [{source: {namespaces: [test]}}, {source: {namespaces: [prod]}}], "
            + "to: [{operation: {methods: [POST]}}, {operation: {paths: [/ok]}}], "
            + "when: [{key: destination.port, values: ['8080']}, {key: source.ip, values: [10.0.0.0/8]}]";
        Assert.True(Allows(rule, Get("/ok")));
        Assert.True(Allows(rule, Get("/other") with { Method = "POST" }));
        Assert.False(Allows(rule, Get("/other")));
        Assert.False(Allows(rule, Get("/ok") with { DestinationPort = 9 }));
        Assert.False(Allows(rule, Get("/ok") with { SourceAddress = IPAddress.Parse("192.0.2.1") }));
        Assert.False(Allows(rule, Get("/ok") with { PeerIdentity = "spiffe://cluster.local/ns/dev/sa/x" }));
    }

    [Theory]
    [InlineData("cluster.local/ns/prod/sa/checkout", "spiffe://new-td/ns/prod/sa/checkout", true)]
    [InlineData("cluster.local/ns/prod/sa/checkout", "spiffe://old-td/ns/prod/sa/checkout", true)]
    [InlineData("old-td/ns/prod/sa/checkout", "spiffe://new-td/ns/prod/sa/checkout", true)]
    [InlineData("new-td/ns/prod/sa/checkout", "spiffe://old-td/ns/prod/sa/checkout", true)]
    [InlineData("old-td/ns/prod/*", "spiffe://new-td/ns/prod/sa/checkout", false)]
    [InlineData("old-td/ns/prod/sa/*", "spiffe://new-td/ns/prod/sa/checkout", true)]
    [InlineData("foreign/ns/prod/sa/checkout", "spiffe://new-td/ns/prod/sa/checkout", false)]
    [InlineData("foreign/ns/prod/sa/checkout", "spiffe://foreign/ns/prod/sa/checkout", true)]
    [InlineData("*/ns/prod/sa/checkout", "spiffe://foreign/ns/prod/sa/checkout", true)]
    public void A_principal_of_the_mesh_holds_in_all_its_trust_domains(string principal, string peer, bool matches)
    {
        var options = new MeshModelOptions { TrustDomain = "new-td", TrustDomainAliases = ["old-td"] };
        var policy = Load(Authorization($"{{rules: [{{from: [{{source: {{principals: ['{principal}']}}}}]}}]}}"), options);
        Assert.Equal(matches, policy.Authorize(Get() with { PeerIdentity = peer }).Allowed);
    }

    [Fact]
    public void The_MeshConfig_of_the_mesh_has_trust_domain_aliases_and_the_way_of_normalizing()
    {
        const string config =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                trustDomainAliases: [old-td]
                pathNormalization: {normalization: MERGE_SLASHES}
            ---

            """;
        const string rule =
            "{rules: [{from: [{source: {principals: [cluster.local/ns/prod/sa/checkout]}}], to: [{operation: {paths: [/a/b]}}]}]}";
        var request = Get("//a//b") with { PeerIdentity = "spiffe://old-td/ns/prod/sa/checkout" };
        Assert.True(Load(config + Authorization(rule)).Authorize(request).Allowed);
        Assert.False(Load(Authorization(rule)).Authorize(request).Allowed);
    }

    private static bool Allows(string rule, PolicyRequest request) => Load(Authorization($"{{rules: [{{{rule}}}]}}")).Authorize(request).Allowed;
}
