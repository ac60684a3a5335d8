using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Networks and their gateways from the mesh's settings and from Gateway API Gateways.</summary>
public sealed class NetworkSourceTests
{
    private static readonly UpstreamKey Web = new("web.prod.svc.cluster.local", 80);

    [Fact]
    public void An_endpoint_without_label_is_on_the_network_that_names_its_cluster()
    {
        Assert.Equal("net-c2", Assert.Single(View("{net-c2: {endpoints: [{fromRegistry: c2}], gateways: []}}", "")).Network);
    }

    [Fact]
    public void Else_the_address_decides_by_range()
    {
        Assert.Equal("net-b", Assert.Single(View("{net-a: {endpoints: [{fromCidr: 10.9.0.0/16}]}, net-b: {endpoints: [{fromCidr: 10.1.0.0/16}]}}", "")).Network);
    }

    [Fact]
    public void An_address_in_ranges_of_several_networks_is_on_that_with_the_widest_and_reported()
    {
        const string networks = "{net-a: {endpoints: [{fromCidr: 10.1.0.0/16}]}, net-b: {endpoints: [{fromCidr: 10.0.0.0/8}]}, net-c: {endpoints: [{fromCidr: 10.1.0.0/24}]}}";

        Assert.Equal("net-b", Assert.Single(View(networks, "")).Network);
        var finding = Assert.Single(Load(networks, "").Diagnostics, found => found.Code == "NetworkAmbiguous");
        Assert.Contains("10.1.0.1 of web.prod.svc.cluster.local is in ranges of the networks net-b, net-a, net-c: net-b counts", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Load(networks, "topology.istio.io/network: labelled").Diagnostics, found => found.Code == "NetworkAmbiguous");
    }

    [Fact]
    public void A_network_whose_only_gateway_has_a_name_without_address_is_reported_with_the_name()
    {
        const string networks = "{net-c2: {endpoints: [{fromRegistry: c2}], gateways: [{address: eastwest.elb.example.com, port: 15443}]}}";

        var finding = Assert.Single(Load(networks, "").Diagnostics, found => found.Code == "NetworkWithoutGateway");
        Assert.Contains("the name eastwest.elb.example.com of its gateway has no address", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_beats_the_settings()
    {
        Assert.Equal("labelled", Assert.Single(View("{net-c2: {endpoints: [{fromRegistry: c2}]}}", "topology.istio.io/network: labelled")).Network);
    }

    [Fact]
    public void The_settings_may_give_a_network_its_gateway_by_address()
    {
        var endpoint = Assert.Single(View("{net-c2: {endpoints: [{fromRegistry: c2}], gateways: [{address: 2.2.2.2, port: 15000}]}}", ""));

        Assert.Equal(("2.2.2.2", 15000, "net-c2", ""), (endpoint.Address, endpoint.Port, endpoint.ViaNetwork, endpoint.Cluster));
    }

    [Fact]
    public void The_settings_may_give_a_network_its_gateway_by_the_name_of_a_service_there()
    {
        var endpoint = Assert.Single(View(
            "{net-c2: {endpoints: [{fromRegistry: c2}], gateways: [{registryServiceName: eastwest.istio-system.svc.cluster.local, port: 15443}]}}", "",
            "{apiVersion: v1, kind: Service, metadata: {name: eastwest, namespace: istio-system}, spec: {ports: [{name: tls, port: 15443}]}, status: {loadBalancer: {ingress: [{ip: 3.3.3.3}]}}}\n---\n"));

        Assert.Equal(("3.3.3.3", 15443, "c2"), (endpoint.Address, endpoint.Port, endpoint.Cluster));
    }

    [Theory]
    [InlineData("{name: x, port: 15443, protocol: TLS, tls: {mode: Passthrough}}", true)]
    [InlineData("{name: x, port: 16443, protocol: TLS, tls: {mode: Passthrough, options: {gateway.istio.io/listener-protocol: auto-passthrough}}}", true)]
    [InlineData("{name: x, port: 16443, protocol: TLS, tls: {mode: Passthrough}}", false)]
    [InlineData("{name: x, port: 15443, protocol: TCP}", false)]
    public void A_gateway_api_gateway_with_the_network_label_is_one_with_its_auto_passthrough_listeners(string listener, bool usable)
    {
        var endpoint = Assert.Single(View("{}", "topology.istio.io/network: n2",
            $"{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g, namespace: istio-system, labels: {{topology.istio.io/network: n2}}}}, spec: {{gatewayClassName: istio-remote, addresses: [{{value: 4.4.4.4}}], listeners: [{listener}]}}}}\n---\n"));

        Assert.Equal(usable, endpoint.Address == "4.4.4.4");
    }

    private static ImmutableArray<ProxyEndpoint> View(string networks, string label, string more = "") =>
        Load(networks, label, more).ViewFrom(new ProxyScope { Cluster = "c1", Network = "n1" }).FindUpstream(Web)!.Endpoints;

    private static MeshSnapshot Load(string networks, string label, string more = "") => TestMesh.Load(
            ("c1", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio, namespace: istio-system}}\ndata:\n  meshNetworks: |\n    networks: {networks}\n"),
            ("c2", more
                + "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80}]}}\n---\n"
                + $"{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: prod, labels: {{app: web, security.istio.io/tlsMode: istio, {label}}}}}, status: {{podIP: 10.1.0.1}}}}\n"));
}
