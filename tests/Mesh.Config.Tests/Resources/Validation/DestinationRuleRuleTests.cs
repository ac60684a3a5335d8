namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for DestinationRules.</summary>
public sealed class DestinationRuleRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "the host is a name",
            RuleCase.Error, "\"a_b\" is not a host name",
            "{host: §a_b}"
        },
        {
            "a subset name is a DNS label",
            RuleCase.Error, "\"v.1\" is not a DNS label",
            "{host: x, subsets: [{name: §v.1}]}"
        },
        {
            "a subset is given once",
            RuleCase.Error, """subset "v1" is given twice""",
            "{host: x, subsets: [{name: v1}, {name: §v1}]}"
        },
        {
            "subset labels are labels",
            RuleCase.Error, "\"a b\" is not a label value",
            "{host: x, subsets: [{name: v1, labels: {version: §a b}}]}"
        },
        {
            "a traffic policy has settings",
            RuleCase.Error, "the traffic policy has no settings",
            "{host: x, trafficPolicy: §{}}"
        },
        {
            "a subset's traffic policy has settings",
            RuleCase.Error, "the traffic policy has no settings",
            "{host: x, subsets: [{name: v1, trafficPolicy: §{}}]}"
        },
        {
            "tunnel and proxyProtocol exclude each other",
            RuleCase.Error, "excludes tunnel",
            "{host: x, trafficPolicy: {tunnel: {targetHost: a.com, targetPort: 80}, proxyProtocol: §{}}}"
        },
        {
            "port-level settings have a port",
            RuleCase.Error, "number is missing",
            "{host: x, trafficPolicy: {portLevelSettings: [{port: §{}, tls: {}}]}}"
        },
        {
            "port-level settings have settings",
            RuleCase.Error, "the port has no settings",
            "{host: x, trafficPolicy: {portLevelSettings: [§{port: {number: 80}}]}}"
        },
        {
            "a rule for some workloads is not exported",
            RuleCase.Error, "holds in its own namespace only",
            """{host: x, trafficPolicy: {tls: {}}, workloadSelector: {matchLabels: {a: b}}, exportTo: §["*"]}"""
        },
        {
            "an ejection lasts at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{host: x, trafficPolicy: {outlierDetection: {baseEjectionTime: §0s}}}"
        },
        {
            "local failures are counted when split off",
            RuleCase.Error, "needs splitExternalLocalOriginErrors",
            "{host: x, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: §5}}}"
        },
        {
            "the share of ejected endpoints is at most 100 percent",
            RuleCase.Error, "must be between 0 and 100",
            "{host: x, trafficPolicy: {outlierDetection: {maxEjectionPercent: §101}}}"
        },
        {
            "the share of healthy endpoints is not negative",
            RuleCase.Error, "must be between 0 and 100",
            "{host: x, trafficPolicy: {outlierDetection: {minHealthPercent: §-1}}}"
        },
        {
            "consecutiveErrors is deprecated",
            RuleCase.Warning, "has no effect; use consecutive5xxErrors",
            "{host: x, trafficPolicy: {outlierDetection: {consecutiveErrors: §5}}}"
        },
        {
            "counted statuses are HTTP statuses",
            RuleCase.Error, "from 100 to 599",
            "{host: x, trafficPolicy: {outlierDetection: {outlierDetectionHttpErrorCodes: [500, §600]}}}"
        },
        {
            "a connection pool limits something",
            RuleCase.Error, "tcp or http is missing",
            "{host: x, trafficPolicy: {connectionPool: §{}}}"
        },
        {
            "a number of connections is not negative",
            RuleCase.Error, "maxConnections: must be 0 or more",
            "{host: x, trafficPolicy: {connectionPool: {tcp: {maxConnections: §-1}}}}"
        },
        {
            "a number of requests is not negative",
            RuleCase.Error, "http2MaxRequests: must be 0 or more",
            "{host: x, trafficPolicy: {connectionPool: {http: {http2MaxRequests: §-1}}}}"
        },
        {
            "a connect timeout is at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{host: x, trafficPolicy: {connectionPool: {tcp: {connectTimeout: §0s}}}}"
        },
        {
            "an HTTP idle timeout is at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{host: x, trafficPolicy: {connectionPool: {http: {idleTimeout: §0s}}}}"
        },
        {
            "an upgrade to HTTP/2 contradicts the client's protocol",
            RuleCase.Error, "contradicts h2UpgradePolicy",
            "{host: x, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: §true}}}}"
        },
        {
            "keep-alive needs interval and timeout",
            RuleCase.Error, "timeout is missing",
            "{host: x, trafficPolicy: {connectionPool: {http: {http2KeepAlive: §{interval: 5s}}}}}"
        },
        {
            "a cookie has a name",
            RuleCase.Error, "name is missing",
            """{host: x, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: §{name: ""}}}}}"""
        },
        {
            "a cookie attribute is given once",
            RuleCase.Error, """attribute "a" is given twice""",
            "{host: x, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: c, attributes: [{name: a}, {name: §a}]}}}}}"
        },
        {
            "minimumRingSize excludes ringHash",
            RuleCase.Error, "excludes ringHash and maglev",
            "{host: x, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, ringHash: {}, minimumRingSize: §10}}}}"
        },
        {
            "minimumRingSize is deprecated",
            RuleCase.Warning, "use ringHash.minimumRingSize",
            "{host: x, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: §10}}}}"
        },
        {
            "a Maglev table has a prime size",
            RuleCase.Error, "65536 must be a prime number below 5000011",
            "{host: x, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: §65536}}}}}"
        },
        {
            "locality and zone-aware balancing exclude each other",
            RuleCase.Error, "only one of localityLbSetting, zoneAwareLbSetting",
            "{host: x, trafficPolicy: {loadBalancer: §{localityLbSetting: {}, zoneAwareLbSetting: {}}}}"
        },
        {
            "a warm-up has a duration",
            RuleCase.Error, "duration is missing",
            "{host: x, trafficPolicy: {loadBalancer: {warmup: §{aggression: 1}}}}"
        },
        {
            "a warm-up begins with at most 100 percent",
            RuleCase.Error, "must be between 0 and 100",
            "{host: x, trafficPolicy: {loadBalancer: {warmup: {duration: 5s, minimumPercent: §101}}}}"
        },
        {
            "a warm-up grows",
            RuleCase.Error, "must be more than 0",
            "{host: x, trafficPolicy: {loadBalancer: {warmup: {duration: 5s, aggression: §0}}}}"
        },
        {
            "distribute and failover exclude each other",
            RuleCase.Error, "exclude each other",
            "{host: x, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {distribute: §[{from: a, to: {a: 100}}], failover: [{from: a, to: b}]}}}}"
        },
        {
            "failover excludes topology labels",
            RuleCase.Error, "failover orders localities already",
            "{host: x, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [§topology.kubernetes.io/region]}}}}"
        },
        {
            "a share is at least 1",
            RuleCase.Error, "must be between 1 and 100",
            "{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 100, b: §0}}]}}}}"
        },
        {
            "shares add up to 100",
            RuleCase.Error, "must add up to 100",
            "{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: §{a: 50, b: 49}}]}}}}"
        },
        {
            "localities do not overlap",
            RuleCase.Error, "\"a/b\" overlaps with \"a/*\"",
            "{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {a: 100}}, {from: §a/b, to: {a: 100}}]}}}}"
        },
        {
            "a wildcard ends a locality",
            RuleCase.Error, "with * only at the end",
            """{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: §"*/b", to: {a: 100}}]}}}}"""
        },
        {
            "failover goes elsewhere",
            RuleCase.Error, "must differ from from",
            "{host: x, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: a, to: §a}]}}}}"
        },
        {
            "failover is between regions",
            RuleCase.Error, "\"a/b\" must be a region",
            "{host: x, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: §a/b, to: c}]}}}}"
        },
        {
            "failover needs outlier detection",
            RuleCase.Warning, "has no effect without outlierDetection",
            "{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {failover: §[{from: a, to: b}]}}}}"
        },
        {
            "zone-aware balancing excludes topology labels",
            RuleCase.Error, "zone-aware balancing orders localities",
            "{host: x, trafficPolicy: {outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {failoverPriority: [§topology.kubernetes.io/zone]}}}}"
        },
        {
            "zone-aware failover needs outlier detection",
            RuleCase.Warning, "has no effect without outlierDetection",
            "{host: x, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {failover: §[{from: a, to: b}]}}}}"
        },
        {
            "a credential excludes files",
            RuleCase.Error, "use the credential or files",
            "{host: x, trafficPolicy: {tls: {mode: SIMPLE, credentialName: §c, caCertificates: f}}}"
        },
        {
            "MUTUAL needs a certificate",
            RuleCase.Error, "clientCertificate is missing",
            "{host: x, trafficPolicy: {tls: §{mode: MUTUAL, privateKey: k}}}"
        },
        {
            "MUTUAL needs a key",
            RuleCase.Error, "privateKey is missing",
            "{host: x, trafficPolicy: {tls: §{mode: MUTUAL, clientCertificate: c}}}"
        },
        {
            "not verifying contradicts names to verify",
            RuleCase.Error, "contradicts caCertificates and subjectAltNames",
            "{host: x, trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: §true, subjectAltNames: [a]}}}"
        },
        {
            "not verifying contradicts a credential that only verifies",
            RuleCase.Error, "contradicts credentialName",
            "{host: x, trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: §true, credentialName: c}}}"
        },
        {
            "a credential is in the own namespace",
            RuleCase.Error, "own namespace prod",
            """{host: x, trafficPolicy: {tls: {mode: SIMPLE, credentialName: §"configmap://other/ca"}}}"""
        },
        {
            "a tunnel protocol is CONNECT or POST",
            RuleCase.Error, "\"GET\" must be CONNECT or POST",
            "{host: x, trafficPolicy: {tunnel: {protocol: §GET, targetHost: a.com, targetPort: 80}}}"
        },
        {
            "a tunnel goes to a host",
            RuleCase.Error, "is neither a host name nor an IP address",
            """{host: x, trafficPolicy: {tunnel: {targetHost: §"*.a.com", targetPort: 80}}}"""
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "an empty tls block means DISABLE",
            "{host: x, trafficPolicy: {tls: {}}}"
        },
        {
            "a TCP idle timeout may be off",
            "{host: x, trafficPolicy: {connectionPool: {tcp: {idleTimeout: 0s}}}}"
        },
        {
            "a rule for some workloads may be exported to its own namespace",
            "{host: x, trafficPolicy: {tls: {}}, workloadSelector: {matchLabels: {a: b}}, exportTo: [.]}"
        },
        {
            "localities beside each other do not overlap",
            """{host: x, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/b/*, to: {"a/b/*": 80, "a/c/*": 20}}]}}}}"""
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
        $"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
