using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for ServiceEntries.</summary>
public sealed class ServiceEntryRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "there is a host",
            RuleCase.Error, "hosts is missing",
            "§{ports: [{number: 80, name: http, protocol: HTTP}]}"
        },
        {
            "a host is not *",
            RuleCase.Error, "\"*\" is not a host name",
            """{hosts: [§"*"], ports: [{number: 80, name: http, protocol: HTTP}]}"""
        },
        {
            "a partial wildcard is doubtful",
            RuleCase.Warning, "partial wildcard \"*a.com\"",
            """{hosts: [§"*a.com"], ports: [{number: 80, name: http, protocol: HTTP}]}"""
        },
        {
            "a selector excludes endpoints",
            RuleCase.Error, "excludes endpoints",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, workloadSelector: §{labels: {a: b}}, endpoints: [{address: 10.0.0.1}]}"
        },
        {
            "an address is one",
            RuleCase.Error, "\"x\" is neither an IP address nor a CIDR range",
            "{hosts: [a.com], addresses: [§x], ports: [{number: 80, name: http, protocol: HTTP}]}"
        },
        {
            "a range needs NONE or STATIC",
            RuleCase.Error, "with resolution NONE or STATIC only",
            "{hosts: [a.com], addresses: [§10.0.0.0/8], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}"
        },
        {
            "a port name is given once",
            RuleCase.Error, """port name "http" is given twice""",
            "{hosts: [a.com], ports: [{number: 80, name: http}, {number: 81, name: §http}]}"
        },
        {
            "a port number is given once",
            RuleCase.Error, "port 80 is given twice",
            "{hosts: [a.com], ports: [{number: 80, name: a}, {number: §80, name: b}]}"
        },
        {
            "a port name is a DNS label",
            RuleCase.Error, "\"a_b\" is not a DNS label",
            "{hosts: [a.com], ports: [{number: 80, name: §a_b}]}"
        },
        {
            "a protocol is known",
            RuleCase.Error, "\"SMTP\" is not one of",
            "{hosts: [a.com], ports: [{number: 80, name: a, protocol: §SMTP}]}"
        },
        {
            "NONE has no endpoints",
            RuleCase.Error, "resolution NONE goes to the address",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: NONE, endpoints: §[{address: 10.0.0.1}]}"
        },
        {
            "NONE makes no use of a selector",
            RuleCase.Warning, "has no effect with resolution NONE",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], workloadSelector: §{labels: {a: b}}}"
        },
        {
            "a STATIC endpoint is an address",
            RuleCase.Error, "must be an IP address with resolution STATIC",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: §b.com}]}"
        },
        {
            "an endpoint port is a port of the service",
            RuleCase.Error, "the ServiceEntry has no port named \"grpc\"",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.0.0.1, ports: {§grpc: 81}}]}"
        },
        {
            "a socket needs exactly one port",
            RuleCase.Error, "exactly one port",
            """{hosts: [a.com], ports: [{number: 80, name: a, protocol: HTTP}, {number: 81, name: b, protocol: HTTP}], resolution: STATIC, endpoints: [{address: §"unix:///a"}]}"""
        },
        {
            "DNS resolves names, not wildcards",
            RuleCase.Error, "\"*.a.com\" cannot be resolved",
            """{hosts: [§"*.a.com"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}"""
        },
        {
            "DNS_ROUND_ROBIN has one endpoint",
            RuleCase.Error, "takes one endpoint at most",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS_ROUND_ROBIN, endpoints: §[{address: b.com}, {address: c.com}]}"
        },
        {
            "a DNS endpoint is a name or an address",
            RuleCase.Error, "\"b_c\" is neither an IP address nor a host name",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS, endpoints: [{address: §b_c}]}"
        },
        {
            "DYNAMIC_DNS is for wildcards",
            RuleCase.Error, "\"a.com\" has no wildcard",
            "{hosts: [§a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DYNAMIC_DNS}"
        },
        {
            "DYNAMIC_DNS has no addresses",
            RuleCase.Error, "takes no addresses",
            """{hosts: ["*.a.com"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DYNAMIC_DNS, addresses: §[10.0.0.1]}"""
        },
        {
            "DYNAMIC_DNS has no endpoints",
            RuleCase.Error, "takes no endpoints",
            """{hosts: ["*.a.com"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DYNAMIC_DNS, endpoints: §[{address: 10.0.0.1}]}"""
        },
        {
            "DYNAMIC_DNS needs a protocol that names the host",
            RuleCase.Error, "needs HTTP, HTTP2, GRPC or TLS",
            """{hosts: ["*.a.com"], ports: [{number: 80, name: a, protocol: §TCP}], resolution: DYNAMIC_DNS}"""
        },
        {
            "several hosts need protocols that name the host",
            RuleCase.Error, "port a has none",
            "{hosts: §[a.com, b.com], ports: [{number: 80, name: a, protocol: TCP}], resolution: DNS}"
        },
        {
            "exportTo ~ is alone",
            RuleCase.Error, "~ means no namespace; it must be alone",
            """{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], exportTo: [., §"~"]}"""
        },
        {
            "an empty selector selects everything",
            RuleCase.Warning, "has no labels and selects everything",
            "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, workloadSelector: §{}}"
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "~ exports to nobody",
            """{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], exportTo: ["~"]}"""
        },
        {
            "a STATIC endpoint may be a socket",
            """{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: "unix:///var/run/a.sock"}]}"""
        },
        {
            "DYNAMIC_DNS takes partial wildcards",
            """{hosts: ["*-a.com"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DYNAMIC_DNS}"""
        },
        {
            "DNS with endpoints may have wildcard hosts",
            """{hosts: ["*.a.com"], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS, endpoints: [{address: b.com, ports: {http: 81}}]}"""
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
        $"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";

    [Fact]
    public void Several_hosts_with_one_address_and_TCP_are_refused_and_doubtful()
    {
        var result = MeshYaml.Read(
            Text("{hosts: [a.com, b.com], ports: [{number: 81, name: tcp, protocol: TCP}], resolution: DNS, addresses: [10.0.0.1]}"), "f.yaml");

        Assert.Equal(
            ["spec.addresses: several hosts share", "spec.hosts: with several hosts"],
            result.Diagnostics.Select(diagnostic => string.Join(' ', diagnostic.Message.Split(' ').Take(4))));
    }
}
