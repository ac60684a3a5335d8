namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>The Gateway API's rules for HTTPRoute, GRPCRoute and TLSRoute.</summary>
public sealed class GatewayApiRouteRuleTests
{
    private const string Backend = "backendRefs: [{name: a, port: 80}]";
    private const string Rewrite = "{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}";

    /// <summary>Rule, severity, text that must be in the message, kind, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string, string> Rules => new()
    {
        { "a parent is given once", RuleCase.Error, "is given twice", "HTTPRoute", "{parentRefs: [{name: g}, §{name: g}]}" },
        { "a listener of a parent is given once", RuleCase.Error, "is given twice", "HTTPRoute", "{parentRefs: [{name: g, sectionName: s}, §{name: g, sectionName: s}]}" },
        { "a parent is not given as a whole and in part", RuleCase.Error, "as a whole and in part", "GRPCRoute", "{parentRefs: [{name: g}, §{name: g, port: 80}]}" },
        { "a hostname is lower case", RuleCase.Error, "\"A.example.com\" is no hostname", "HTTPRoute", "{hostnames: [§A.example.com]}" },
        { "a hostname is no address", RuleCase.Error, "is an address", "TLSRoute", "{hostnames: [§10.0.0.1]}" },
        { "a wildcard is the first label", RuleCase.Error, "is no hostname", "HTTPRoute", """{hostnames: [§"a.*.com"]}""" },
        { "rule names differ", RuleCase.Error, "rule \"r\" is given twice", "HTTPRoute", $"{{rules: [{{name: r, {Backend}}}, {{name: §r, {Backend}}}]}}" },
        { "a Service backend has a port", RuleCase.Error, "port is missing", "HTTPRoute", "{rules: [{backendRefs: [§{name: a}]}]}" },
        { "a weight is not negative", RuleCase.Error, "must be 0 to 1000000", "HTTPRoute", "{rules: [{backendRefs: [{name: a, port: 80, weight: §-1}]}]}" },
        {
            "a redirect has no backends", RuleCase.Error, "a rule that redirects has no backends", "HTTPRoute",
            "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {port: 81}}], backendRefs: §[{name: a, port: 80}]}]}"
        },
        {
            "redirect and rewrite exclude each other", RuleCase.Error, "exclude each other", "HTTPRoute",
            "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {port: 81}}, §{type: URLRewrite, urlRewrite: {hostname: b.example.com}}]}]}"
        },
        {
            "a filter is given once", RuleCase.Error, "filter RequestHeaderModifier is given twice", "HTTPRoute",
            "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}}, §{type: RequestHeaderModifier, requestHeaderModifier: {remove: [b]}}]}]}"
        },
        {
            "a filter has what its type says", RuleCase.Error, "cors is missing", "HTTPRoute",
            "{rules: [{filters: [§{type: CORS}]}]}"
        },
        {
            "a filter has nothing of another type", RuleCase.Error, "the filter is of type CORS", "HTTPRoute",
            "{rules: [{filters: [{type: CORS, cors: {}, urlRewrite: §{hostname: b.example.com}}]}]}"
        },
        {
            "a replaced prefix needs a prefix match", RuleCase.Error, "needs exactly one match, of type PathPrefix", "HTTPRoute",
            $"{{rules: [{{matches: [{{path: {{type: Exact, value: /a}}}}], filters: [§{Rewrite}], {Backend}}}]}}"
        },
        {
            "a replaced prefix needs one match only", RuleCase.Error, "needs exactly one match, of type PathPrefix", "HTTPRoute",
            $"{{rules: [{{matches: [{{path: {{value: /a}}}}, {{path: {{value: /c}}}}], filters: [§{Rewrite}], {Backend}}}]}}"
        },
        {
            "so it does for a single backend", RuleCase.Error, "needs exactly one match, of type PathPrefix", "HTTPRoute",
            $"{{rules: [{{matches: [{{path: {{type: Exact, value: /a}}}}], backendRefs: [{{name: a, port: 80, filters: [§{Rewrite}]}}]}}]}}"
        },
        {
            "a path change has what its type says", RuleCase.Error, "replaceFullPath is missing", "HTTPRoute",
            "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {path: §{type: ReplaceFullPath}}}]}]}"
        },
        {
            "a path change has nothing of the other type", RuleCase.Error, "the path is of type ReplaceFullPath", "HTTPRoute",
            "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /, replacePrefixMatch: §/b}}}]}]}"
        },
        { "a redirect has a known scheme", RuleCase.Error, "neither http nor https", "HTTPRoute", "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: §ftp}}]}]}" },
        { "a redirect has a known status", RuleCase.Error, "200 is none of", "HTTPRoute", "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: §200}}]}]}" },
        { "a mirror has a port", RuleCase.Error, "port is missing", "HTTPRoute", "{rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: §{name: a}}}]}]}" },
        { "a mirror's share is a share", RuleCase.Error, "the numerator is larger", "HTTPRoute", "{rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, fraction: §{numerator: 3, denominator: 2}}}]}]}" },
        { "a mirror's percentage is one", RuleCase.Error, "must be 0 to 100", "HTTPRoute", "{rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: §101}}]}]}" },
        { "all origins are alone", RuleCase.Error, "* includes all others", "HTTPRoute", """{rules: [{filters: [{type: CORS, cors: {allowOrigins: ["https://a.example.com", §"*"]}}]}]}""" },
        {
            "a try is no longer than the request", RuleCase.Error, "is longer than the request may take", "HTTPRoute",
            "{rules: [{timeouts: {request: 1s, backendRequest: §2s}}]}"
        },
        { "a retried status is an error", RuleCase.Error, "200 is no status of an error", "HTTPRoute", "{rules: [{retry: {codes: [503, §200]}}]}" },
        { "a path begins with a slash", RuleCase.Error, "must begin with /", "HTTPRoute", "{rules: [{matches: [{path: {value: §a}}]}]}" },
        { "a path has no empty segment", RuleCase.Error, "must not contain //", "HTTPRoute", "{rules: [{matches: [{path: {value: §/a//b}}]}]}" },
        { "a path is normalised", RuleCase.Error, "must not end with /..", "HTTPRoute", "{rules: [{matches: [{path: {type: Exact, value: §/a/..}}]}]}" },
        { "a path has characters of paths", RuleCase.Error, "has characters that no path has", "HTTPRoute", """{rules: [{matches: [{path: {value: §"/a b"}}]}]}""" },
        { "a path may be a regular expression", RuleCase.Error, "(", "HTTPRoute", """{rules: [{matches: [{path: {type: RegularExpression, value: §"/("}}]}]}""" },
        { "a method is one of HTTP's", RuleCase.Error, "\"LIST\" is none of", "HTTPRoute", "{rules: [{matches: [{method: §LIST}]}]}" },
        { "a header is matched once", RuleCase.Error, "\"a\" is given twice", "HTTPRoute", "{rules: [{matches: [{headers: [{name: a, value: x}, {name: §a, value: y}]}]}]}" },
        { "a header in other letters is the same one", RuleCase.Warning, "is the same header", "GRPCRoute", "{rules: [{matches: [{headers: [{name: a, value: x}, {name: §A, value: y}]}]}]}" },
        { "a query parameter is matched once", RuleCase.Error, "\"a\" is given twice", "HTTPRoute", "{rules: [{matches: [{queryParams: [{name: a, value: x}, {name: §a, value: y}]}]}]}" },
        { "a gRPC match names something", RuleCase.Error, "service is missing", "GRPCRoute", "{rules: [{matches: [{method: §{type: Exact}}]}]}" },
        { "a gRPC service is a name", RuleCase.Error, "no name of a gRPC service", "GRPCRoute", "{rules: [{matches: [{method: {service: §a/b}}]}]}" },
        { "a gRPC method is a name", RuleCase.Error, "no name of a gRPC method", "GRPCRoute", "{rules: [{matches: [{method: {method: §a.b}}]}]}" },
        { "a GRPCRoute does not redirect", RuleCase.Error, "a GRPCRoute has no filter RequestRedirect", "GRPCRoute", "{rules: [{filters: [{type: §RequestRedirect, requestRedirect: {port: 81}}]}]}" },
        { "a TLSRoute leads somewhere", RuleCase.Error, "backendRefs is missing", "TLSRoute", "{hostnames: [a.example.com], rules: [§{name: r}]}" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_is_checked(string rule, string severity, string message, string kind, string spec)
    {
        Assert.NotEmpty(rule);
        RuleCase.AssertFinds(severity, message, Route(kind, spec));
    }

    [Theory]
    [InlineData("HTTPRoute", """{parentRefs: [{name: g, sectionName: a}, {name: g, sectionName: b}, {name: g, namespace: other}, {group: "", kind: Service, name: g, port: 80}], hostnames: ["*.example.com", b]}""")]
    [InlineData("HTTPRoute", "{rules: [{filters: [" + Rewrite + "], " + Backend + "}]}")]
    [InlineData("HTTPRoute", "{rules: [{matches: [{path: {value: /a}, method: GET}], filters: [" + Rewrite + ", {type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}}}, {type: RequestMirror, requestMirror: {backendRef: {name: c, port: 80}, fraction: {numerator: 1}}}], " + Backend + "}]}")]
    [InlineData("HTTPRoute", "{rules: [{timeouts: {request: 0s, backendRequest: 2s}}, {timeouts: {request: 2s, backendRequest: 2s}}]}")]
    [InlineData("HTTPRoute", """{rules: [{matches: [{path: {type: RegularExpression, value: "/a|/b//"}}, {path: {value: "/%20/~a;b=(c)"}}]}]}""")]
    [InlineData("GRPCRoute", "{rules: [{matches: [{method: {service: payments.v1.Payments}}, {method: {method: Pay}}, {method: {type: RegularExpression, service: \"payments.*\"}}]}]}")]
    [InlineData("TLSRoute", "{hostnames: [a.example.com], rules: [{" + Backend + "}]}")]
    public void Sound_routes_have_no_finding(string kind, string spec) => RuleCase.AssertSound(Route(kind, spec));

    [Fact]
    public void A_route_has_limits()
    {
        var rules = string.Join(", ", Enumerable.Repeat("{}", 17));
        var matches = string.Join(", ", Enumerable.Repeat("{method: GET}", 65));

        RuleCase.AssertFinds(RuleCase.Error, "more than 16 rules", Route("HTTPRoute", $"{{rules: §[{rules}]}}"));
        RuleCase.AssertFinds(RuleCase.Error, "more than 128 matches", Route("HTTPRoute", $"{{rules: §[{{matches: [{matches}]}}, {{matches: [{matches}]}}]}}"));
        RuleCase.AssertFinds(RuleCase.Error, "more than 16 hostnames", Route("TLSRoute", $"{{hostnames: §[{string.Join(", ", Enumerable.Repeat("a", 17))}]}}"));
    }

    private static string Route(string kind, string spec) =>
        $"{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: r, namespace: prod}}, spec: {spec}}}";
}
