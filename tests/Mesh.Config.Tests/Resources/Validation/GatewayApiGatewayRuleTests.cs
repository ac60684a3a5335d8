namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>The Gateway API's rules for its Gateway.</summary>
public sealed class GatewayApiGatewayRuleTests
{
    /// <summary>Rule, severity, text that must be in the message, spec without class, with § before the place.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        { "there is a listener", RuleCase.Error, "listeners is missing", "listeners: []" },
        {
            "listener names differ", RuleCase.Error, "listener \"a\" is given twice",
            "listeners: [{name: a, port: 80, protocol: HTTP}, {name: §a, port: 81, protocol: HTTP}]"
        },
        {
            "listeners differ in port, protocol or hostname", RuleCase.Error, "another listener has port 80, protocol HTTP and no hostname too",
            "listeners: [{name: a, port: 80, protocol: HTTP}, §{name: b, port: 80, protocol: HTTP}]"
        },
        { "a hostname is one", RuleCase.Error, "is no hostname", "listeners: [{name: a, port: 80, protocol: HTTP, hostname: §a_b}]" },
        { "a TCP listener has no hostname", RuleCase.Error, "sees no host names", "listeners: [{name: a, port: 80, protocol: TCP, hostname: §a.example.com}]" },
        { "an HTTP listener has no TLS", RuleCase.Error, "has no TLS", "listeners: [{name: a, port: 80, protocol: HTTP, tls: §{certificateRefs: [{name: c}]}}]" },
        { "an HTTPS listener terminates", RuleCase.Error, "use mode Terminate", "listeners: [{name: a, port: 80, protocol: HTTPS, tls: {mode: §Passthrough}}]" },
        { "an HTTPS listener needs TLS", RuleCase.Warning, "without tls is not served", "listeners: [§{name: a, port: 443, protocol: HTTPS}]" },
        { "a TLS listener needs TLS", RuleCase.Warning, "without tls is not served", "listeners: [§{name: a, port: 443, protocol: TLS}]" },
        { "termination needs a certificate", RuleCase.Error, "certificateRefs is missing", "listeners: [{name: a, port: 443, protocol: HTTPS, tls: §{mode: Terminate}}]" },
        {
            "an address is given once", RuleCase.Error, "address 10.0.0.1 is given twice",
            "listeners: [{name: a, port: 80, protocol: HTTP}], addresses: [{value: 10.0.0.1}, {type: IPAddress, value: §10.0.0.1}]"
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_is_checked(string rule, string severity, string message, string spec)
    {
        Assert.NotEmpty(rule);
        RuleCase.AssertFinds(severity, message, Gateway(spec, spec.Contains('§', StringComparison.Ordinal) ? "" : "§"));
    }

    [Theory]
    [InlineData("listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: a.example.com}, {name: c, port: 81, protocol: HTTP}]")]
    [InlineData("listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}, {name: b, port: 443, protocol: TLS, tls: {mode: Passthrough}}]")]
    [InlineData("listeners: [{name: a, port: 15008, protocol: HBONE, tls: {mode: Terminate, options: {gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL}}}], addresses: [{value: 10.0.0.1}, {type: Hostname, value: a.example.com}]")]
    public void Sound_gateways_have_no_finding(string spec) => RuleCase.AssertSound(Gateway(spec, ""));

    private static string Gateway(string spec, string mark) =>
        $"{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g, namespace: prod}}, spec: {mark}{{gatewayClassName: istio, {spec}}}}}";
}
