namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for VirtualServices.</summary>
public sealed class VirtualServiceRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "a delegate, which has no hosts, names no gateways",
            RuleCase.Error, "hosts is missing; only a delegate",
            "§{gateways: [g], http: [{route: [{destination: {host: x}}]}]}"
        },
        {
            "something must be routed",
            RuleCase.Error, "http, tls or tcp is missing",
            "§{hosts: [x]}"
        },
        {
            "a host is a name, a wildcard or an address",
            RuleCase.Error, """spec.hosts[1]: "a_b" is neither""",
            "{hosts: [x, §a_b], http: [{route: [{destination: {host: x}}]}]}"
        },
        {
            "* needs a gateway",
            RuleCase.Error, "spec.hosts[0]: * is not allowed for gateway mesh",
            """{hosts: [§"*"], http: [{route: [{destination: {host: x}}]}]}"""
        },
        {
            "a wildcard host may not cover another host of the same VirtualService",
            RuleCase.Error, "\"a.x.com\" and \"*.x.com\" overlap",
            """{hosts: ["*.x.com", §a.x.com], http: [{route: [{destination: {host: x}}]}]}"""
        },
        {
            "gateways by name.namespace are old",
            RuleCase.Warning, "write \"infra/edge\"",
            "{hosts: [x], gateways: [§edge.infra.svc.cluster.local], http: [{route: [{destination: {host: x}}]}]}"
        },
        {
            "both parts of namespace/gateway are needed",
            RuleCase.Error, """spec.gateways[0]: "/edge" must be namespace/name""",
            "{hosts: [x], gateways: [§/edge], http: [{route: [{destination: {host: x}}]}]}"
        },
        {
            "claims are matched at gateways only",
            RuleCase.Error, "claims can be matched at gateways only",
            """{hosts: [x], http: [{match: [{headers: {§"@request.auth.claims.sub": {exact: a}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a rule says what to do",
            RuleCase.Error, "route, redirect or directResponse is missing",
            "{hosts: [x], http: [§{name: nothing}]}"
        },
        {
            "a rule either redirects or routes",
            RuleCase.Error, "either redirects or routes",
            "{hosts: [x], http: [{redirect: §{uri: /}, route: [{destination: {host: x}}]}]}"
        },
        {
            "a redirect has no fault",
            RuleCase.Error, "a redirect can have no fault",
            "{hosts: [x], http: [{redirect: {uri: /}, fault: §{abort: {httpStatus: 500}}}]}"
        },
        {
            "a redirect has no rewrite",
            RuleCase.Error, "a redirect can have no rewrite",
            "{hosts: [x], http: [{redirect: {uri: /}, rewrite: §{uri: /}}]}"
        },
        {
            "a direct response excludes routes",
            RuleCase.Error, "a direct response excludes route",
            "{hosts: [x], http: [{directResponse: {status: 200}, route: §[{destination: {host: x}}]}]}"
        },
        {
            "a direct response excludes redirects",
            RuleCase.Error, "a direct response excludes redirect",
            "{hosts: [x], http: [{directResponse: {status: 200}, redirect: §{uri: /}}]}"
        },
        {
            "a direct response has no fault",
            RuleCase.Error, "a direct response can have no fault",
            "{hosts: [x], http: [{directResponse: {status: 200}, fault: §{abort: {httpStatus: 500}}}]}"
        },
        {
            "a direct response has no rewrite",
            RuleCase.Error, "a direct response can have no rewrite",
            "{hosts: [x], http: [{directResponse: {status: 200}, rewrite: §{uri: /}}]}"
        },
        {
            "a rule that delegates does not route",
            RuleCase.Error, "a rule that delegates cannot route",
            "{hosts: [x], http: [{delegate: {name: d}, route: §[{destination: {host: x}}]}]}"
        },
        {
            "a rule that delegates does not redirect",
            RuleCase.Error, "a rule that delegates cannot redirect",
            "{hosts: [x], http: [{delegate: {name: d}, redirect: §{uri: /}}]}"
        },
        {
            "a delegate does not delegate again",
            RuleCase.Error, "only one level is possible",
            "{http: [{delegate: §{name: d}}]}"
        },
        {
            "mirror and mirrors exclude each other",
            RuleCase.Error, "use either mirror or mirrors",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], mirror: §{host: y}, mirrors: [{destination: {host: z}}]}]}"
        },
        {
            "a mirror percentage is at most 100",
            RuleCase.Error, "spec.http[0].mirrorPercentage.value: must be between 0 and 100",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], mirror: {host: y}, mirrorPercentage: {value: §101}}]}"
        },
        {
            "an entry of mirrors has a destination",
            RuleCase.Error, "destination is missing",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], mirrors: [§{percentage: {value: 1}}]}]}"
        },
        {
            "mirrorPercent is deprecated",
            RuleCase.Warning, "use mirrorPercentage",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], mirror: {host: y}, mirrorPercent: §10}]}"
        },
        {
            "mirrorPercent is at most 100",
            RuleCase.Error, "must be between 0 and 100",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], mirror: {host: y}, mirrorPercent: §101}]}"
        },
        {
            "a header name is a token",
            RuleCase.Error, "\"a b\" is not a header name",
            "{hosts: [x], http: [{match: [{headers: {§a b: {exact: a}}}], route: [{destination: {host: x}}]}]}"
        },
        {
            "an unknown pseudo header cannot be matched",
            RuleCase.Error, "\":port\" is not a header name",
            """{hosts: [x], http: [{match: [{withoutHeaders: {§":port": {exact: a}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a header prefix is not empty",
            RuleCase.Error, "the prefix is empty",
            """{hosts: [x], http: [{match: [{headers: {a: §{prefix: ""}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a method prefix is not empty",
            RuleCase.Error, "spec.http[0].match[0].method: the prefix is empty",
            """{hosts: [x], http: [{match: [{method: §{prefix: ""}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a query parameter prefix is not empty",
            RuleCase.Error, "the prefix is empty",
            """{hosts: [x], http: [{match: [{queryParams: {q: §{prefix: ""}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a regular expression is not empty",
            RuleCase.Error, "1 to 1024 characters",
            """{hosts: [x], http: [{match: [{uri: {regex: §""}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a regular expression has no look-ahead, as in RE2",
            RuleCase.Error, "not a regular expression of RE2's kind",
            """{hosts: [x], http: [{match: [{uri: {regex: §"a(?=b)"}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a match port is a port",
            RuleCase.Error, "port 70000 must be between 1 and 65535",
            "{hosts: [x], http: [{match: [{port: §70000}], route: [{destination: {host: x}}]}]}"
        },
        {
            "source labels are labels",
            RuleCase.Error, "\"a b\" is not a label key",
            "{hosts: [x], http: [{match: [{sourceLabels: {§a b: c}}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a source namespace is a DNS label",
            RuleCase.Error, "\"a.b\" is not a namespace",
            "{hosts: [x], http: [{match: [{sourceNamespace: §a.b}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a destination host is not *",
            RuleCase.Error, "\"*\" is not a host name",
            """{hosts: [x], http: [{route: [{destination: {host: §"*"}}]}]}"""
        },
        {
            "a destination host is not an address",
            RuleCase.Error, "\"10.0.0.1\" is not a host name",
            "{hosts: [x], http: [{route: [{destination: {host: §10.0.0.1}}]}]}"
        },
        {
            "a subset is a DNS label",
            RuleCase.Error, "\"v.1\" is not a DNS label",
            "{hosts: [x], http: [{route: [{destination: {host: x, subset: §v.1}}]}]}"
        },
        {
            "a weight is not negative",
            RuleCase.Error, "route[0].weight: weights must be 0 or more",
            "{hosts: [x], http: [{route: [{destination: {host: x}, weight: §-1}, {destination: {host: y}, weight: 2}]}]}"
        },
        {
            "weights are not all 0",
            RuleCase.Error, "must not all be 0",
            "{hosts: [x], http: [{route: §[{destination: {host: x}}, {destination: {host: y}}]}]}"
        },
        {
            "uri and prefixRewrite of a redirect exclude each other",
            RuleCase.Error, "only one of uri, prefixRewrite",
            "{hosts: [x], http: [{redirect: §{uri: /, prefixRewrite: /}}]}"
        },
        {
            "prefixRewrite needs matches by prefix",
            RuleCase.Error, "needs a uri prefix in every match",
            "{hosts: [x], http: [{match: [{uri: {exact: /a}}], redirect: {prefixRewrite: §/b}}]}"
        },
        {
            "a redirect leads somewhere",
            RuleCase.Error, "the redirect leads nowhere",
            "{hosts: [x], http: [{redirect: §{redirectCode: 302}}]}"
        },
        {
            "a redirect has a 3xx status",
            RuleCase.Error, "200 is not a 3xx status",
            "{hosts: [x], http: [{redirect: {uri: /, redirectCode: §200}}]}"
        },
        {
            "a redirect goes to http or https",
            RuleCase.Error, "\"ftp\" must be http or https",
            "{hosts: [x], http: [{redirect: {scheme: §ftp}}]}"
        },
        {
            "a direct response has a status from 200",
            RuleCase.Error, "199 must be between 200 and 599",
            "{hosts: [x], http: [{directResponse: {status: §199}}]}"
        },
        {
            "a direct response is at most 1 MiB",
            RuleCase.Error, "larger than 1 MiB",
            """{hosts: [x], http: [{directResponse: {status: 200, body: §{string: "@BIG"}}}]}"""
        },
        {
            "a direct response should be at most 100 KiB",
            RuleCase.Warning, "larger than 100 KiB",
            """{hosts: [x], http: [{directResponse: {status: 200, body: §{string: "@MID"}}}]}"""
        },
        {
            "uri and uriRegexRewrite exclude each other",
            RuleCase.Error, "only one of uri, uriRegexRewrite",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], rewrite: §{uri: /, uriRegexRewrite: {match: a, rewrite: b}}}]}"
        },
        {
            "a rewrite changes something",
            RuleCase.Error, "the rewrite changes nothing",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], rewrite: §{}}]}"
        },
        {
            "a regex rewrite has both parts",
            RuleCase.Error, "rewrite is missing",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], rewrite: {uriRegexRewrite: §{match: a, rewrite: ""}}}]}"""
        },
        {
            "a regex rewrite has a sound expression",
            RuleCase.Error, "not a regular expression",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], rewrite: {uriRegexRewrite: {match: §"(", rewrite: b}}}]}"""
        },
        {
            "the authority is set once",
            RuleCase.Error, "the authority is set more than once",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], rewrite: {authority: a}, headers: §{request: {set: {Host: b}}}}]}"
        },
        {
            "attempts are not negative",
            RuleCase.Error, "attempts: must be 0 or more",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: §-1}}]}"
        },
        {
            "no attempts, no other retry settings",
            RuleCase.Error, "0 turns retries off",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: §0, retryOn: 5xx}}]}"
        },
        {
            "a retry condition is known",
            RuleCase.Error, "\"6xx\" is neither an HTTP status",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: 1, retryOn: §"5xx,6xx"}}]}"""
        },
        {
            "there are no spaces between retry conditions",
            RuleCase.Error, "no spaces around commas",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: 1, retryOn: §"5xx, reset"}}]}"""
        },
        {
            "a try takes at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: 1, perTryTimeout: §0s}}]}"
        },
        {
            "a timeout is at least a millisecond",
            RuleCase.Error, "must be at least 0.001s",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], timeout: §0s}]}"
        },
        {
            "a timeout is whole milliseconds",
            RuleCase.Error, "whole number of milliseconds",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], timeout: §1.5ms}]}"
        },
        {
            "an allowed origin is not empty",
            RuleCase.Error, "the origin is empty",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], corsPolicy: {allowOrigins: [§{exact: ""}]}}]}"""
        },
        {
            "an allowed method is a method",
            RuleCase.Error, "\"FETCH\" is not an HTTP method",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], corsPolicy: {allowMethods: [GET, §FETCH]}}]}"
        },
        {
            "an allowed header is a header",
            RuleCase.Error, "\"a b\" is not a header name",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], corsPolicy: {allowHeaders: [§a b]}}]}"
        },
        {
            "an exposed header is a header",
            RuleCase.Error, "\"a:\" is not a header name",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], corsPolicy: {exposeHeaders: [§"a:"]}}]}"""
        },
        {
            "the age of a preflight is whole seconds",
            RuleCase.Error, "must be whole seconds",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], corsPolicy: {maxAge: §1500ms}}]}"
        },
        {
            "a fault does something",
            RuleCase.Error, "delay or abort is missing",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: §{}}]}"
        },
        {
            "a share of faults is 0 or at least 0.0001 percent",
            RuleCase.Error, "must be 0 or between 0.0001 and 100",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {abort: {httpStatus: 500, percentage: §{value: 0.00001}}}}]}"
        },
        {
            "a fault has an HTTP status",
            RuleCase.Error, "99 must be between 200 and 599",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {abort: {httpStatus: §99}}}]}"
        },
        {
            "a fault has a known gRPC status",
            RuleCase.Error, "\"GONE\" is not the name of a gRPC status",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {abort: {grpcStatus: §GONE}}}]}"
        },
        {
            "HTTP/2 errors are not supported",
            RuleCase.Error, "is not supported; use httpStatus",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {abort: {http2Error: §x}}}]}"
        },
        {
            "exponential delays are not supported",
            RuleCase.Error, "is not supported; use fixedDelay",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {delay: {exponentialDelay: §1s}}}]}"
        },
        {
            "an abort without an error does nothing",
            RuleCase.Warning, "aborts nothing",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], fault: {abort: §{percentage: {value: 1}}}}]}"
        },
        {
            "pseudo headers cannot be set but :authority",
            RuleCase.Error, """pseudo header ":path" cannot be changed""",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], headers: {request: {set: {§":path": a}}}}]}"""
        },
        {
            "host cannot be removed",
            RuleCase.Error, "\"Host\" cannot be changed here",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], headers: {request: {remove: [§Host]}}}]}"
        },
        {
            "host cannot be set on a response",
            RuleCase.Error, "\"host\" cannot be changed here",
            "{hosts: [x], http: [{route: [{destination: {host: x}}], headers: {response: {add: {§host: a}}}}]}"
        },
        {
            "a header value has no control characters",
            RuleCase.Error, "control characters",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], headers: {request: {add: {a: §"b\u0001"}}}}]}"""
        },
        {
            "a percent sign begins a variable",
            RuleCase.Error, "has a lone %",
            "{hosts: [x], http: [{route: [{destination: {host: x}, headers: {response: {set: {a: §100%}}}}]}]}"
        },
        {
            "a tls rule matches something",
            RuleCase.Error, "match is missing",
            "{hosts: [x], tls: [§{route: [{destination: {host: x}}]}]}"
        },
        {
            "a tls rule matches server names",
            RuleCase.Error, "sniHosts is missing",
            "{hosts: [x], tls: [{match: [§{port: 443}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a server name is covered by the hosts",
            RuleCase.Error, "\"b.com\" is not covered by hosts (a.com)",
            "{hosts: [a.com], tls: [{match: [{sniHosts: [§b.com]}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a server name is a host name",
            RuleCase.Error, "\"*a*\" is not a host name",
            """{hosts: [a.com], tls: [{match: [{sniHosts: [§"*a*"]}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a server name is not an address",
            RuleCase.Warning, "is an IP address, which clients do not send",
            "{hosts: [a.com], tls: [{match: [{sniHosts: [§10.0.0.1]}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a tls rule routes",
            RuleCase.Error, "the rule does not say where to go",
            "{hosts: [a.com], tls: [§{match: [{sniHosts: [a.com]}]}]}"
        },
        {
            "a destination subnet is a range",
            RuleCase.Error, "\"x\" is neither an IP address nor a CIDR range",
            "{hosts: [a.com], tcp: [{match: [{destinationSubnets: [10.0.0.0/8, §x]}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a tcp rule routes",
            RuleCase.Error, "the rule does not say where to go",
            "{hosts: [a.com], tcp: [§{match: [{port: 80}]}]}"
        },
        {
            "exportTo names namespaces",
            RuleCase.Error, "\"a.b\" is none of ., * or a namespace",
            "{hosts: [x], http: [{route: [{destination: {host: x}}]}], exportTo: [§a.b]}"
        },
        {
            "exportTo names a namespace once, . being the own one",
            RuleCase.Error, "\"prod\" is given twice",
            "{hosts: [x], http: [{route: [{destination: {host: x}}]}], exportTo: [., §prod]}"
        },
        {
            "exportTo * is alone",
            RuleCase.Error, "* includes all other namespaces",
            """{hosts: [x], http: [{route: [{destination: {host: x}}]}], exportTo: [other, §"*"]}"""
        },
        {
            "only the last rule may match everything",
            RuleCase.Warning, """rule "second" is never reached: only the last rule can have no matches""",
            "{hosts: [x], http: [{name: first, route: [{destination: {host: x}}]}, §{name: second, route: [{destination: {host: x}}]}]}"
        },
        {
            "no rule follows one that matches everything",
            RuleCase.Warning, "rule #1 is never reached: route without matches defined before",
            "{hosts: [x], http: [{route: [{destination: {host: x}}]}, §{match: [{uri: {prefix: /a}}], route: [{destination: {host: x}}]}]}"
        },
        {
            "an identical match, whatever its name, has no effect",
            RuleCase.Warning, """match "m" of rule #1 has no effect: rule #0 takes the same requests before""",
            "{hosts: [x], http: [{match: [{name: l, uri: {exact: /a}}], route: [{destination: {host: x}}]}, {match: [{uri: {exact: /b}}, §{name: m, uri: {exact: /a}}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a prefix covers a longer one",
            RuleCase.Warning, "match #0 of rule #1 has no effect",
            "{hosts: [x], http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: x}}]}, {match: [§{uri: {prefix: /a/b}, method: {exact: GET}}], route: [{destination: {host: x}}]}]}"
        },
        {
            "an identical tcp match has no effect",
            RuleCase.Warning, "match #1 of rule #0 has no effect",
            "{hosts: [x], tcp: [{match: [{port: 80}, §{port: 80}], route: [{destination: {host: x}}]}]}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "a delegate has http rules only",
            "{http: [{route: [{destination: {host: x}}]}]}"
        },
        {
            "an empty condition on a header means present",
            """{hosts: [x], http: [{match: [{headers: {a: {}, b: {regex: "*"}, ":method": {exact: GET}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "claims are matched at a gateway",
            """{hosts: [x], gateways: [edge], http: [{match: [{headers: {"@request.auth.claims[a][b]": {exact: c}}}], route: [{destination: {host: x}}]}]}"""
        },
        {
            "a numeric status is a retry condition",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], retries: {attempts: 1, retryOn: "503,reset"}}]}"""
        },
        {
            "variables and doubled percent signs are fine in header values",
            """{hosts: [x], http: [{route: [{destination: {host: x}}], headers: {request: {set: {a: "100%% %REQ(:path)% %START_TIME%", :authority: b}}}}]}"""
        },
        {
            "a tls host may have the generated form at a gateway",
            "{hosts: [outbound_.80_._.a.prod.svc.cluster.local], gateways: [edge], tls: [{match: [{sniHosts: [outbound_.80_._.a.prod.svc.cluster.local]}], route: [{destination: {host: x}}]}]}"
        },
        {
            "a prefix does not cover a longer one on another port, or with fewer headers",
            "{hosts: [x], http: [{match: [{uri: {prefix: /a}, port: 80}], route: [{destination: {host: x}}]}, {match: [{uri: {prefix: /c}, headers: {h: {exact: v}}}], route: [{destination: {host: x}}]}, {match: [{uri: {prefix: /a/b}}, {uri: {prefix: /c/d}}], route: [{destination: {host: x}}]}]}"
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_broken_rule_is_named_at_its_place(string rule, string severity, string message, string spec)
    {
        Assert.NotEmpty(rule);
        var big = spec.Replace("@MID", new string('x', 110 << 10), StringComparison.Ordinal)
            .Replace("@BIG", new string('x', 1 + (1 << 20)), StringComparison.Ordinal);
        RuleCase.AssertFinds(severity, message, Text(big));
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void What_Istio_accepts_is_accepted(string why, string spec)
    {
        Assert.NotEmpty(why);
        RuleCase.AssertSound(Text(spec));
    }

    private static string Text(string spec) =>
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
