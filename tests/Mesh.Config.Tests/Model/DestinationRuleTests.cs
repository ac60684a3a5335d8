using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Which DestinationRule applies and how its levels are merged.</summary>
public sealed class DestinationRuleTests
{
    private const string Service =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: web, namespace: prod}
        spec:
          hosts: [web.prod.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}, {number: 81, name: admin, protocol: HTTP}]
          endpoints: [{address: 10.0.0.1, labels: {version: v1}, serviceAccount: web}, {address: 10.0.0.2, labels: {version: v2}, serviceAccount: web}]
        ---

        """;

    [Fact]
    public void Without_a_rule_Istios_defaults_apply()
    {
        var upstream = Find("", 80, "");

        Assert.Equal(TrafficPolicy.Default, upstream.Policy);
        Assert.Null(upstream.Policy.Outlier);
        Assert.Equal(ClientTlsMode.Auto, upstream.Tls);
    }

    [Fact]
    public void A_subset_selects_by_labels_and_an_unknown_one_selects_all()
    {
        const string rule = "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: web, namespace: prod}, spec: {host: web, subsets: [{name: v2, labels: {version: v2}}]}}";

        Assert.Equal(["10.0.0.2"], Find(rule, 80, "v2").Endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], Find(rule, 80, "v9").Endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal("outbound_.80_.v2_.web.prod.svc.cluster.local", Find(rule, 80, "v2").Sni);
    }

    [Fact]
    public void Port_settings_replace_all_four_blocks_and_a_subset_overrides_block_by_block()
    {
        const string rule =
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: prod}
            spec:
              host: web.prod.svc.cluster.local
              trafficPolicy:
                loadBalancer: {simple: ROUND_ROBIN}
                connectionPool: {tcp: {maxConnections: 7, connectTimeout: 3s}}
                outlierDetection: {consecutive5xxErrors: 2}
                portLevelSettings:
                - {port: {number: 81}, loadBalancer: {simple: RANDOM}}
              subsets:
              - {name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {simple: RANDOM}}}
              - {name: v2, labels: {version: v2}, trafficPolicy: {portLevelSettings: [{port: {number: 80}, outlierDetection: {consecutive5xxErrors: 9}}]}}
            """;

        var plain = Find(rule, 80, "").Policy;
        Assert.Equal((LoadBalancerKind.RoundRobin, 7, TimeSpan.FromSeconds(3), 2), (plain.LoadBalancer, plain.MaxConnections, plain.ConnectTimeout, plain.Outlier!.Consecutive5xxErrors));

        var port = Find(rule, 81, "").Policy;
        Assert.Equal((LoadBalancerKind.Random, null, TimeSpan.FromSeconds(10), null), (port.LoadBalancer, port.MaxConnections, port.ConnectTimeout, port.Outlier));

        var subset = Find(rule, 80, "v1").Policy;
        Assert.Equal((LoadBalancerKind.Random, 7, 2), (subset.LoadBalancer, subset.MaxConnections, subset.Outlier!.Consecutive5xxErrors));

        var portOfSubset = Find(rule, 80, "v2").Policy;
        Assert.Equal((LoadBalancerKind.LeastRequest, null, 9), (portOfSubset.LoadBalancer, portOfSubset.MaxConnections, portOfSubset.Outlier!.Consecutive5xxErrors));
    }

    [Fact]
    public void The_clients_namespace_comes_before_the_services_and_the_root_namespace_last()
    {
        static string Rule(string space, int connections, string host = "web.prod.svc.cluster.local") =>
            $"---\n{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: r-{connections}, namespace: {space}}}, spec: {{host: \"{host}\", trafficPolicy: {{connectionPool: {{tcp: {{maxConnections: {connections}}}}}}}}}}}\n";

        Assert.Equal(3, Find(Rule("istio-system", 3, "*.local"), 80, "", "shop").Policy.MaxConnections);
        Assert.Equal(2, Find(Rule("istio-system", 3, "*.local") + Rule("prod", 2), 80, "", "shop").Policy.MaxConnections);
        Assert.Equal(1, Find(Rule("istio-system", 3, "*.local") + Rule("prod", 2) + Rule("shop", 1), 80, "", "shop").Policy.MaxConnections);
        // The most specific host inside one namespace.
        Assert.Equal(2, Find(Rule("prod", 2) + Rule("prod", 4, "*.prod.svc.cluster.local"), 80, "", "shop").Policy.MaxConnections);
        // A name with a dot is never completed.
        Assert.Null(Find(Rule("prod", 5, "web.prod"), 80, "").Policy.MaxConnections);
    }

    [Fact]
    public void Later_rules_for_the_same_host_only_add_subsets()
    {
        var upstream = Find(
            """
            {apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: young, namespace: prod, creationTimestamp: "2026-02-01T00:00:00Z"}, spec: {host: web, trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: {version: v2}}, {name: v2, labels: {version: v2}}]}}
            ---
            {apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: zold, namespace: prod, creationTimestamp: "2026-01-01T00:00:00Z"}, spec: {host: web, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}, subsets: [{name: v1, labels: {version: v1}}]}}
            """, 80, "v1");

        Assert.Equal(LoadBalancerKind.RoundRobin, upstream.Policy.LoadBalancer);
        Assert.Equal("10.0.0.1", Assert.Single(upstream.Endpoints).Address);
    }

    [Fact]
    public void Subject_alternative_names_and_sni_of_the_rule_replace_the_automatic_ones()
    {
        var upstream = Find(
            "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: web, namespace: prod}, spec: {host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: other, subjectAltNames: [spiffe://x/ns/y/sa/z]}}}}",
            80, "");

        Assert.Equal(("other", ClientTlsMode.IstioMutual), (upstream.Sni, upstream.Tls));
        Assert.Equal(["spiffe://x/ns/y/sa/z"], upstream.ExpectedIdentities);
    }

    [Fact]
    public void Rules_for_different_audiences_are_not_merged()
    {
        static string Rule(string name, string exportTo, string subset) =>
            $"---\n{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: {name}, namespace: prod}}, spec: {{host: web, exportTo: [{exportTo}], subsets: [{{name: {subset}, labels: {{version: v1}}}}]}}}}\n";

        // An unknown subset selects everything, so one endpoint tells that the subset is known.
        Assert.Single(Find(Rule("a", "shop", "v1") + Rule("b", "'*'", "v2"), 80, "v2", "shop").Endpoints);
        Assert.Equal(2, Find(Rule("a", "shop, team", "v1") + Rule("b", "shop, other", "v2"), 80, "v2", "shop").Endpoints.Length);
    }

    [Fact]
    public void A_rule_of_the_clients_namespace_that_is_exported_elsewhere_only_does_not_count_there()
    {
        const string rule = "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: r, namespace: shop}, spec: {host: web.prod.svc.cluster.local, exportTo: [team], trafficPolicy: {loadBalancer: {simple: RANDOM}}}}";

        Assert.Equal(LoadBalancerKind.LeastRequest, Find(rule, 80, "", "shop").Policy.LoadBalancer);
    }

    [Fact]
    public void Rules_for_selected_clients_are_merged_only_with_those_for_the_same_clients()
    {
        static string Rule(string name, string labels, string subset) =>
            $"---\n{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: {name}, namespace: prod}}, spec: {{host: web, workloadSelector: {{matchLabels: {{{labels}}}}}, subsets: [{{name: {subset}, labels: {{version: v1}}}}]}}}}\n";

        var client = TestMesh.Labels(("app", "shop"), ("tier", "web"));

        Assert.Single(Find(Rule("a", "app: shop", "v1") + Rule("b", "app: shop", "v2"), 80, "v2", labels: client).Endpoints);
        Assert.Equal(2, Find(Rule("a", "app: shop", "v1") + Rule("b", "tier: web", "v2"), 80, "v2", labels: client).Endpoints.Length);
    }

    [Theory]
    [InlineData("httpHeaderName: x-user", "x-user", null, null, false)]
    [InlineData("httpQueryParameterName: user", null, "user", null, false)]
    [InlineData("httpCookie: {name: session, ttl: 0s}", null, null, "session", false)]
    [InlineData("useSourceIp: true", null, null, null, true)]
    public void Consistent_hashing_goes_by_one_part_of_the_request(string hash, string? header, string? query, string? cookie, bool source)
    {
        var policy = Find(Policy($"loadBalancer: {{consistentHash: {{{hash}}}}}"), 80, "").Policy;

        Assert.Equal(LoadBalancerKind.ConsistentHash, policy.LoadBalancer);
        Assert.Equal((header, query, cookie, source), (policy.Hash!.HeaderName, policy.Hash.QueryParameter, policy.Hash.CookieName, policy.Hash.SourceAddress));
        Assert.Equal((1024, null), (policy.Hash.MinimumRingSize, policy.Hash.MaglevTableSize));
    }

    [Fact]
    public void A_maglev_table_has_Envoys_size_unless_the_rule_gives_one()
    {
        Assert.Equal(65537, Find(Policy("loadBalancer: {consistentHash: {useSourceIp: true, maglev: {}}}"), 80, "").Policy.Hash!.MaglevTableSize);
    }

    [Fact]
    public void Warmup_begins_with_a_tenth_and_is_linear_by_default()
    {
        Assert.Equal(new WarmupPolicy(TimeSpan.FromSeconds(30)), Find(Policy("loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 30s}}"), 80, "").Policy.Warmup);
        Assert.Equal(new WarmupPolicy(TimeSpan.FromSeconds(9)), Find(Policy("loadBalancer: {simple: ROUND_ROBIN, warmupDurationSecs: 9s}"), 80, "").Policy.Warmup);
        Assert.Null(Find(Policy("loadBalancer: {simple: RANDOM, warmup: {duration: 30s}}"), 80, "").Policy.Warmup);
    }

    [Fact]
    public void Tunnel_proxy_protocol_and_retry_budget_have_no_port_level()
    {
        var policy = Find(Policy("retryBudget: {percent: {value: 5}}, proxyProtocol: {version: V2}, portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}]"), 80, "").Policy;

        Assert.Equal((LoadBalancerKind.Random, new RetryBudgetPolicy(5), 2), (policy.LoadBalancer, policy.RetryBudget, policy.ProxyProtocol));
        Assert.Equal(
            new TunnelPolicy("POST", "db.example.com", 443),
            Find(Policy("tunnel: {protocol: POST, targetHost: db.example.com, targetPort: 443}"), 80, "").Policy.Tunnel);
    }

    private static string Policy(string policy) =>
        $"{{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {{name: web, namespace: prod}}, spec: {{host: web, trafficPolicy: {{{policy}}}}}}}";

    private static Upstream Find(
        string rules, int port, string subset, string clientNamespace = "prod", ImmutableSortedDictionary<string, string>? labels = null) =>
        TestMesh.Load(("c", Service), ("c", rules))
            .ViewFrom(new ProxyScope
            {
                Cluster = "c",
                Namespace = clientNamespace,
                Labels = labels ?? ImmutableSortedDictionary<string, string>.Empty,
            })
            .FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", port, subset))!;
}
