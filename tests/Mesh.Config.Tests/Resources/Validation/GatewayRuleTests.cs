namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for its own Gateway.</summary>
public sealed class GatewayRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        {
            "there is a server",
            RuleCase.Error, "servers is missing",
            "§{selector: {}}"
        },
        {
            "a server has hosts",
            RuleCase.Error, "hosts is missing; a server",
            "{selector: {}, servers: [§{port: {number: 80, name: http, protocol: HTTP}, hosts: []}]}"
        },
        {
            "a host is not a short name",
            RuleCase.Error, "\"web\" is not a host",
            "{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [§web]}]}"
        },
        {
            "a host is not a partial wildcard",
            RuleCase.Error, "\"*a.com\" is a partial wildcard",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [§"*a.com"]}]}"""
        },
        {
            "the namespace of a host is one",
            RuleCase.Error, "\"a_b\" in \"a_b/*\" is not a namespace",
            "{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [§a_b/*]}]}"
        },
        {
            "port names differ",
            RuleCase.Error, """port name "http" is given twice""",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}, {port: {number: 81, name: §http, protocol: HTTP}, hosts: ["*"]}]}"""
        },
        {
            "a port has a name",
            RuleCase.Error, "name is missing",
            """{selector: {}, servers: [{port: §{number: 80, name: "", protocol: HTTP}, hosts: ["*"]}]}"""
        },
        {
            "a protocol is known",
            RuleCase.Error, """protocol "SMTP" is not one of""",
            """{selector: {}, servers: [{port: {number: 80, name: a, protocol: §SMTP}, hosts: ["*"]}]}"""
        },
        {
            "targetPort is gone",
            RuleCase.Error, "is no longer supported",
            """{selector: {}, servers: [{port: {number: 80, name: a, protocol: HTTP, targetPort: §8080}, hosts: ["*"]}]}"""
        },
        {
            "bind is an address",
            RuleCase.Error, "\"x\" is neither an IP address nor unix://",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], bind: §x}]}"""
        },
        {
            "HTTPS needs tls",
            RuleCase.Error, "tls is missing; protocol HTTPS needs it",
            """{selector: {}, servers: [§{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"]}]}"""
        },
        {
            "HTTP has no tls but a redirect",
            RuleCase.Error, "allows only httpsRedirect",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: §{mode: SIMPLE, credentialName: c}}]}"""
        },
        {
            "TCP has no tls",
            RuleCase.Error, "protocol TCP has no TLS",
            """{selector: {}, servers: [{port: {number: 80, name: a, protocol: TCP}, hosts: ["*"], tls: §{mode: SIMPLE, credentialName: c}}]}"""
        },
        {
            "ISTIO_MUTUAL has no certificate",
            RuleCase.Error, "uses the workload certificate",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: §ISTIO_MUTUAL, credentialName: c}}]}"
        },
        {
            "there is one certificate source",
            RuleCase.Error, "several certificate sources",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: §SIMPLE, credentialName: c, serverCertificate: a, privateKey: b}}]}"
        },
        {
            "SIMPLE needs a certificate",
            RuleCase.Error, "the server has no certificate",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: §{mode: SIMPLE}}]}"
        },
        {
            "a certificate needs a key",
            RuleCase.Error, "privateKey is missing",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: §{mode: SIMPLE, serverCertificate: a}}]}"
        },
        {
            "MUTUAL needs CA certificates",
            RuleCase.Error, "caCertificates is missing",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: §{mode: MUTUAL, serverCertificate: a, privateKey: b}}]}"
        },
        {
            "a revocation list is for files",
            RuleCase.Error, "is for client certificates",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: MUTUAL, credentialName: c, caCrl: §f}}]}"
        },
        {
            "a passthrough server makes no use of certificates",
            RuleCase.Warning, "does not end TLS in this mode",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: §PASSTHROUGH, credentialName: c}}]}"
        },
        {
            "old TLS needs ciphers",
            RuleCase.Warning, "needs cipherSuites that allow it",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: §TLSV1_0}}]}"
        },
        {
            "a cipher is known",
            RuleCase.Warning, "\"RC4\" is not a cipher of the proxy",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: c, cipherSuites: [§RC4]}}]}"
        },
        {
            "a cipher is given once",
            RuleCase.Warning, "\"AES128-SHA\" is given twice",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: c, cipherSuites: [AES128-SHA, §AES128-SHA]}}]}"
        },
        {
            "a redirect belongs to an HTTP server",
            RuleCase.Warning, "has no effect with protocol HTTPS",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: c, httpsRedirect: §true}}]}"
        },
        {
            "more than two certificates are doubtful",
            RuleCase.Warning, "more than two certificates",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, tlsCertificates: §[{serverCertificate: a, privateKey: b}, {serverCertificate: a, privateKey: b}, {serverCertificate: a, privateKey: b}]}}]}"
        },
        {
            "a server name is a DNS label",
            RuleCase.Error, "\"a.b\" is not a DNS label",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], name: §a.b}]}"""
        },
    };

    public static TheoryData<string, string> Sound => new()
    {
        {
            "all forms of hosts",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*", a.com, "*.a.com", ./*, "*/b.com", prod/*.c.com]}]}"""
        },
        {
            "HTTP may redirect to HTTPS",
            """{selector: {}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {httpsRedirect: true}}]}"""
        },
        {
            "client certificates may come with the credential",
            "{selector: {}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: MUTUAL, credentialName: c}}]}"
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
        $"apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: a, namespace: prod}}\nspec: {spec}\n";
}
