using Mesh.Config.Diagnostics;
using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Istio's rules for the settings of the whole mesh.</summary>
public sealed class MeshConfigRuleTests
{
    [Theory]
    [InlineData("rootNamespace: §a.b", "\"a.b\" is not a namespace")]
    [InlineData("trustDomain: §a_b", "\"a_b\" is not a trust domain")]
    [InlineData("trustDomainAliases: [a, §b/c]", "\"b/c\" is not a trust domain")]
    [InlineData("connectTimeout: §2h", "must be at most 1h")]
    [InlineData("connectTimeout: §0s", "must be at least 0.001s")]
    [InlineData("proxyListenPort: §70000", "port 70000 must be between 1 and 65535")]
    [InlineData("defaultConfig: {discoveryAddress: §istiod}", "\"istiod\" must be host:port")]
    [InlineData("defaultConfig: {drainDuration: §1500ms}", "must be whole seconds")]
    [InlineData("defaultConfig: {concurrency: §-1}", "must be 0 or more")]
    [InlineData("localityLbSetting: {failover: [{from: a, to: §a}]}", "must differ from from")]
    [InlineData("serviceSettings: [{settings: {clusterLocal: true}, hosts: [§a_b]}]", "\"a_b\" is not a host name")]
    [InlineData("defaultServiceExportTo: [§a.b]", "\"a.b\" is none of")]
    [InlineData("extensionProviders: [{name: a, prometheus: {}}, {name: §a, prometheus: {}}]", "provider \"a\" is given twice")]
    [InlineData("extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: §a_b, port: 80}}]", "must be host or namespace/host")]
    [InlineData("extensionProviders: [§{name: a, prometheus: {}, zipkin: {}}]", "only one of zipkin, prometheus")]
    [InlineData("tlsDefaults: {minProtocolVersion: §TLS12}", "did you mean TLSV1_2")]
    public void A_broken_rule_of_the_mesh_configuration_is_named_at_its_place(string text, string message) =>
        AssertFinds(text, message, clean => MeshSettings.ReadConfig(clean, "mesh.yaml").Diagnostics);

    [Theory]
    [InlineData("networks: {a: {endpoints: [§{}]}}", "fromCidr or fromRegistry is missing")]
    [InlineData("networks: {a: {endpoints: [{fromCidr: §10.0.0.1}]}}", "is not a CIDR range")]
    [InlineData("networks: {a: {endpoints: [{fromRegistry: §eks.a}]}}", "is not a DNS label")]
    [InlineData("networks: {a: {gateways: [§{port: 15443}]}}", "address or registryServiceName is missing")]
    [InlineData("networks: {a: {gateways: [{address: §a_b, port: 15443}]}}", "neither an IP address nor a host name")]
    [InlineData("networks: {a: {gateways: [{registryServiceName: §a_b, port: 15443}]}}", "not the full name of a service")]
    [InlineData("networks: {a: {gateways: [{address: 10.0.0.1, port: §0}]}}", "port 0 must be between 1 and 65535")]
    [InlineData("networks: {a: {gateways: [§{address: 10.0.0.1}]}}", "port is missing")]
    public void A_broken_rule_of_the_mesh_networks_is_named_at_its_place(string text, string message) =>
        AssertFinds(text, message, clean => MeshSettings.ReadNetworks(clean, "mesh.yaml").Diagnostics);

    private static void AssertFinds(string text, string message, Func<string, IEnumerable<Diagnostic>> read)
    {
        var marker = text.IndexOf('§', StringComparison.Ordinal);

        var finding = Assert.Single(read(text.Remove(marker, 1)));

        Assert.Equal(Severity.Error, finding.Severity);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(new SourceLocation("mesh.yaml", 1, marker + 1), finding.Location);
    }
}
