using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Tests.Resources;

/// <summary>The settings of the whole mesh, inside Istio's ConfigMap and as plain files.</summary>
public sealed class MeshSettingsTests
{
    [Theory]
    [InlineData("istio", true)]
    [InlineData("istio-1-30", true)]
    [InlineData("grafana", false)]
    public void The_ConfigMap_of_a_revision_holds_mesh_config_and_networks(string name, bool expected)
    {
        var map = Read(
            $$$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: {{{name}}}, namespace: istio-system}
            data:
              mesh: |-
                trustDomain: td1
                outboundTrafficPolicy:
                  mode: REGISTRY_ONLY
              meshNetworks: 'networks: {vpc-a: {gateways: [{address: 198.51.100.1, port: 15443}]}}'
            """, []);

        Assert.Equal(expected ? "td1" : null, map.MeshConfig?.TrustDomain);
        Assert.Equal(expected ? OutboundTrafficMode.RegistryOnly : null, map.MeshConfig?.OutboundTrafficPolicy?.Mode);
        Assert.Equal(expected ? 15443u : null, map.MeshNetworks?.Networks["vpc-a"].Gateways[0].Port);
    }

    [Theory]
    [InlineData("|", 7, 7)]
    [InlineData("|-", 7, 7)]
    [InlineData("|2-", 7, 7)]
    public void A_mistake_in_a_literal_block_has_its_place_in_the_outer_file(string style, int line, int column)
    {
        var result = MeshYaml.Read(
            $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: {{style}}
                defaultConfig:
                  discoveryAdress: x
            """, "f.yaml");

        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal(new SourceLocation("f.yaml", line, column), warning.Location);
        Assert.Equal(
            "data[mesh].defaultConfig.discoveryAdress: ProxyConfig has no such field; did you mean \"discoveryAddress\"?",
            warning.Message);
    }

    [Fact]
    public void A_mistake_in_a_quoted_text_has_the_place_of_that_text()
    {
        var result = MeshYaml.Read(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              meshNetworks: "networks:\n  vpc-a:\n    gateways: [{address: 198.51.100.1, port: x}]"
            """, "f.yaml");

        Assert.Equal("f.yaml:5:17", Assert.Single(result.Diagnostics).Location.ToString());
        Assert.Empty(result.Objects);
    }

    [Fact]
    public void Text_that_is_not_YAML_inside_the_ConfigMap_rejects_only_the_ConfigMap()
    {
        var result = MeshYaml.Read(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                trustDomain: [
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: sound}}
            """, "f.yaml");

        Assert.True(result.WellFormed);
        Assert.Equal("BrokenYaml", Assert.Single(result.Diagnostics).Code);
        Assert.Equal("Namespace sound", Assert.Single(result.Objects).Subject);
    }

    [Fact]
    public void Unknown_settings_are_warnings_because_Istio_reads_them_leniently()
    {
        var result = MeshSettings.ReadConfig("trustDomain: td\nfromTheFuture: 1\n", "mesh.yaml");

        Assert.Equal("td", result.Value?.TrustDomain);
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal((Severity.Warning, "UnknownField", "mesh.yaml:2:1"), (warning.Severity, warning.Code, warning.Location.ToString()));
    }

    [Fact]
    public void Plain_files_are_written_as_they_were_read()
    {
        const string config =
            """
            accessLogEncoding: JSON
            defaultConfig:
              tracing:
                sampling: 1.5
                zipkin:
                  address: "1234"
              proxyMetadata:
                A: "1"
            extensionProviders:
            - name: authz
              envoyExtAuthzGrpc:
                service: authz.example.com
                port: 9000
            - name: prometheus
              prometheus: {}

            """;
        const string networks =
            """
            networks:
              vpc-a:
                endpoints:
                - fromRegistry: eks-a
                gateways:
                - registryServiceName: gateway.istio-system.svc.cluster.local
                  port: 15443

            """;

        Assert.Equal(config.ReplaceLineEndings("\n"), MeshSettings.Write(MeshSettings.ReadConfig(config, "a").Value!));
        Assert.Equal(networks.ReplaceLineEndings("\n"), MeshSettings.Write(MeshSettings.ReadNetworks(networks, "a").Value!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void An_empty_file_has_no_settings_and_no_mistake(string text)
    {
        var result = MeshSettings.ReadConfig(text, "mesh.yaml");

        Assert.Null(result.Value);
        Assert.Empty(result.Diagnostics);
    }

    [Fact]
    public void A_Secret_does_not_show_its_content_as_text()
    {
        var secret = TestObjects.Everything().OfType<Secret>().Single();

        Assert.Equal("Secret istio-system/edge-cert", secret.ToString());
    }

    private static ConfigMap Read(string text, string[] codes)
    {
        var result = MeshYaml.Read(text, "f.yaml");
        Assert.Equal(codes, result.Diagnostics.Select(diagnostic => diagnostic.Code));
        return Assert.IsType<ConfigMap>(Assert.Single(result.Objects));
    }
}
