namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for Sidecars.</summary>
public sealed class SidecarRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "a Sidecar says something",
            RuleCase.Error, "the Sidecar is empty",
            "§{}"
        },
        {
            "an ingress listener has a port",
            RuleCase.Error, "port is missing",
            """{ingress: [§{defaultEndpoint: "127.0.0.1:80"}]}"""
        },
        {
            "an ingress port is given once",
            RuleCase.Error, "port 80 is given twice",
            "{ingress: [{port: {number: 80, protocol: HTTP, name: a}}, {port: {number: §80, protocol: HTTP, name: b}}]}"
        },
        {
            "a port name is a DNS label",
            RuleCase.Error, "\"a_b\" is not a DNS label",
            "{ingress: [{port: {number: 80, protocol: HTTP, name: §a_b}}]}"
        },
        {
            "a protocol is known",
            RuleCase.Error, "\"SMTP\" is not one of",
            "{ingress: [{port: {number: 80, protocol: §SMTP, name: a}}]}"
        },
        {
            "a port has no targetPort",
            RuleCase.Error, "use defaultEndpoint",
            "{ingress: [{port: {number: 80, protocol: HTTP, name: a, targetPort: §81}}]}"
        },
        {
            "bind is an address",
            RuleCase.Error, "\"x\" is neither an IP address nor unix://",
            """{ingress: [{port: {number: 80, protocol: HTTP, name: http}, bind: §x}], egress: [{hosts: ["./*"]}]}"""
        },
        {
            "the application is on this machine",
            RuleCase.Error, "\"10.0.0.1:80\" must be 127.0.0.1:PORT",
            """{ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: §"10.0.0.1:80"}], egress: [{hosts: ["./*"]}]}"""
        },
        {
            "ingress tls needs a TLS port",
            RuleCase.Error, "needs a port with protocol HTTPS or TLS",
            """{ingress: [{port: {number: 80, protocol: HTTP, name: http}, tls: §{mode: SIMPLE, serverCertificate: c, privateKey: k}}], egress: [{hosts: ["./*"]}]}"""
        },
        {
            "ingress tls is not for gateways",
            RuleCase.Error, "is for gateways only; use SIMPLE",
            """{ingress: [{port: {number: 443, protocol: HTTPS, name: https}, defaultEndpoint: "127.0.0.1:80", tls: {mode: §ISTIO_MUTUAL}}]}"""
        },
        {
            "ingress tls has no names",
            RuleCase.Error, "is for gateways only; remove it",
            """{ingress: [{port: {number: 443, protocol: HTTPS, name: https}, defaultEndpoint: "127.0.0.1:80", tls: {mode: SIMPLE, serverCertificate: c, privateKey: k, subjectAltNames: §[a]}}]}"""
        },
        {
            "ingress tls does not redirect",
            RuleCase.Error, "is for gateways only; remove it",
            """{ingress: [{port: {number: 443, protocol: HTTPS, name: https}, defaultEndpoint: "127.0.0.1:80", tls: {mode: SIMPLE, serverCertificate: c, privateKey: k, httpsRedirect: §true}}]}"""
        },
        {
            "ingress tls has files, not credentials",
            RuleCase.Error, "use certificate files",
            """{ingress: [{port: {number: 443, protocol: HTTPS, name: https}, defaultEndpoint: "127.0.0.1:80", tls: {mode: SIMPLE, credentialName: §c}}]}"""
        },
        {
            "HTTP limits need an HTTP port",
            RuleCase.Warning, "has no effect on a port with protocol TCP",
            "{ingress: [{port: {number: 80, protocol: TCP, name: a}, connectionPool: {http: §{maxRetries: 1}}}]}"
        },
        {
            "only the last egress listener has no port",
            RuleCase.Error, "there can be one, and it must be the last",
            """{egress: [§{hosts: ["./*"]}, {hosts: ["a/*"]}]}"""
        },
        {
            "an egress listener has hosts",
            RuleCase.Error, "hosts is missing",
            "{egress: [§{port: {number: 80, protocol: HTTP, name: a}}]}"
        },
        {
            "an egress host has a namespace",
            RuleCase.Error, "\"a.com\" must be namespace/host",
            "{egress: [{hosts: [§a.com]}]}"
        },
        {
            "the namespace of an egress host is one",
            RuleCase.Error, "\"a_b\" in \"a_b/*\" is not a namespace",
            "{egress: [{hosts: [§a_b/*]}]}"
        },
        {
            "the name of an egress host is one",
            RuleCase.Error, "\"a_b.com\" in \"./a_b.com\" is not a host name",
            "{egress: [{hosts: [§./a_b.com]}]}"
        },
        {
            "no namespace has no host",
            RuleCase.Error, "must be ~/*",
            "{egress: [{hosts: [§~/a.com]}]}"
        },
        {
            "only a socket has no port number",
            RuleCase.Error, "number is missing",
            """{egress: [{port: §{protocol: HTTP, name: a}, hosts: ["./*"]}]}"""
        },
        {
            "a socket is not captured",
            RuleCase.Error, "cannot be captured by IPTABLES",
            """{egress: [{port: {protocol: HTTP, name: a}, bind: "unix:///a", captureMode: §IPTABLES, hosts: ["./*"]}]}"""
        },
        {
            "an egress host is given once",
            RuleCase.Warning, "\"./a.com\" is given twice",
            "{egress: [{hosts: [./a.com, §./a.com]}]}"
        },
        {
            "*/* includes all others",
            RuleCase.Warning, "*/* includes all other hosts",
            """{egress: [{hosts: §["*/*", ./a.com]}]}"""
        },
        {
            "an egress proxy is for unknown hosts",
            RuleCase.Error, "needs mode ALLOW_ANY",
            "{outboundTrafficPolicy: {egressProxy: §{host: a.com, port: {number: 80}}}}"
        },
        {
            "an egress proxy has a port",
            RuleCase.Error, "port is missing",
            "{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: §{host: a.com}}}"
        },
        {
            "an empty selector selects everything",
            RuleCase.Warning, "has no labels",
            """{workloadSelector: §{}, egress: [{hosts: ["./*"]}]}"""
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "all forms of egress hosts",
            """{egress: [{hosts: ["./*", "a/*", "*/b.com", "~a/c.com", "b/*.d.com"]}]}"""
        },
        {
            "a socket as listener",
            """{egress: [{port: {protocol: HTTP, name: a}, bind: "unix:///a", captureMode: NONE, hosts: ["./*"]}]}"""
        },
        {
            "nothing at all is reached",
            """{egress: [{hosts: ["~/*"]}]}"""
        },
        {
            "an application on any local address",
            """{ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: "[::1]:80"}], egress: [{hosts: ["./*"]}]}"""
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
        $"apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
