using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>How other networks are swapped for their gateways; the recorded istiod covers the common case.</summary>
public sealed class NetworkGatewayTests
{
    private static readonly UpstreamKey Web = new("web.prod.svc.cluster.local", 80);

    /// <summary>Networks 1 to 3 with 1, 1 and 2 gateways and 1, 2 and 3 endpoints, network 4 with 4 endpoints and no gateway.</summary>
    private static readonly string FourNetworks = string.Join("---\n", [
        Gateway("n1", "1.1.1.1"), Gateway("n2", "2.2.2.2"), Gateway("n3", "3.3.3.3", "3.3.3.4"),
        Service([.. Enumerable.Range(1, 1).Select(i => ("n1", $"10.1.0.{i}")), .. Enumerable.Range(1, 2).Select(i => ("n2", $"10.2.0.{i}")),
            .. Enumerable.Range(1, 3).Select(i => ("n3", $"10.3.0.{i}")), .. Enumerable.Range(1, 4).Select(i => ("n4", $"10.4.0.{i}"))]),
    ]);

    [Fact]
    public void Weights_are_shared_evenly_among_the_gateways_of_a_network()
    {
        // The worked example of istio's TestSplitHorizonEds, seen from network 1.
        Assert.Equal(
            ["1.1.1.1-less 10.1.0.1:2", "2.2.2.2:4", "3.3.3.3:3", "3.3.3.4:3", "10.4.0.1:2", "10.4.0.2:2", "10.4.0.3:2", "10.4.0.4:2"],
            View("n1").Select(endpoint => endpoint.Address == "10.1.0.1" ? "1.1.1.1-less 10.1.0.1:2" : $"{endpoint.Address}:{endpoint.Weight}")
                .OrderBy(text => text.StartsWith("10.", StringComparison.Ordinal)).ThenBy(text => text, StringComparer.Ordinal));
        Assert.Equal(2u, View("n1").Single(endpoint => endpoint.Address == "10.1.0.1").Weight);
    }

    [Fact]
    public void A_network_without_gateway_is_dialled_directly_and_reported()
    {
        var snapshot = TestMesh.Load(("c", FourNetworks));

        var finding = Assert.Single(snapshot.Diagnostics);
        Assert.Equal("NetworkWithoutGateway", finding.Code);
        Assert.Contains("network n4", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_that_asks_for_some_networks_sees_no_others()
    {
        var scope = new ProxyScope { Network = "n2", RequestedNetworks = ["n2"] };

        Assert.Equal(["10.2.0.1", "10.2.0.2"], TestMesh.Load(("c", FourNetworks)).ViewFrom(scope).FindUpstream(Web)!.Endpoints.Select(endpoint => endpoint.Address));
    }

    [Fact]
    public void A_proxy_without_IPv6_sees_no_IPv6_address_and_no_IPv6_gateway()
    {
        var text = Gateway("n2", "2001:db8::2") + "---\n" + Gateway("n3", "3.3.3.3", "2001:db8::3") + "---\n"
                   + Service([("n1", "10.1.0.1"), ("n1", "2001:db8:1::1"), ("n2", "10.2.0.1"), ("n3", "10.3.0.1")]);
        var scope = new ProxyScope { Network = "n1", IPv6 = false };

        Assert.Equal(["10.1.0.1", "3.3.3.3"], TestMesh.Load(("c", text)).ViewFrom(scope).FindUpstream(Web)!.Endpoints.Select(endpoint => endpoint.Address));
    }

    [Fact]
    public void Plain_text_workloads_behind_a_gateway_are_left_out()
    {
        var text = Gateway("n2", "2.2.2.2") + "---\n" + Service([("n2", "10.2.0.1")]).Replace("serviceAccount: web", "weight: 1", StringComparison.Ordinal);

        Assert.Empty(TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Network = "n1" }).FindUpstream(Web)!.Endpoints);
        Assert.Single(TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Network = "n2" }).FindUpstream(Web)!.Endpoints);
    }

    [Fact]
    public void A_workload_without_address_is_reached_through_its_gateway_only()
    {
        var text = Gateway("n2", "2.2.2.2") + "---\n" + Service([("n2", "")]);

        Assert.Equal("2.2.2.2", Assert.Single(TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Network = "n1" }).FindUpstream(Web)!.Endpoints).Address);
        Assert.Empty(TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { Network = "n2" }).FindUpstream(Web)!.Endpoints);
    }

    [Fact]
    public void A_gateway_Service_without_the_port_or_without_an_address_is_not_used_and_reported()
    {
        var noPort = Gateway("n2", "2.2.2.2").Replace("15443", "443", StringComparison.Ordinal);
        var noAddress = Gateway("n2").Replace("externalIPs: []", "type: LoadBalancer", StringComparison.Ordinal);
        var labelled = Gateway("n2", "2.2.2.2").Replace("15443", "16443", StringComparison.Ordinal)
            .Replace("labels: {", "labels: {networking.istio.io/gatewayPort: \"16443\", ", StringComparison.Ordinal);

        Assert.Contains("has no port 15443", Assert.Single(Findings(noPort)), StringComparison.Ordinal);
        Assert.Contains("has no address yet", Assert.Single(Findings(noAddress)), StringComparison.Ordinal);
        Assert.Empty(Findings(labelled));
        var endpoint = Assert.Single(TestMesh.Load(("c", labelled + "---\n" + Service([("n2", "10.2.0.1")]))).ViewFrom(new ProxyScope { Network = "n1" }).FindUpstream(Web)!.Endpoints);
        Assert.Equal(16443, endpoint.Port);
    }

    private static IEnumerable<string> Findings(string text) =>
        TestMesh.Load(("c", text)).Diagnostics.Where(diagnostic => diagnostic.Code == "GatewayUnusable").Select(diagnostic => diagnostic.Message);

    private static ImmutableArray<ProxyEndpoint> View(string network) =>
        TestMesh.Load(("c", FourNetworks)).ViewFrom(new ProxyScope { Network = network }).FindUpstream(Web)!.Endpoints;

    private static string Gateway(string network, params string[] addresses)
    {
        var list = string.Join(", ", addresses.Select(address => $"\"{address}\""));
        return $$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: gateway-{{{network}}}, namespace: istio-system, labels: {topology.istio.io/network: {{{network}}}}}
        spec: {externalIPs: [{{{list}}}], ports: [{name: tls, port: 15443}]}

        """;
    }

    private static string Service((string Network, string Address)[] endpoints)
    {
        var list = string.Join(", ", endpoints.Select(endpoint =>
            $"{{address: \"{endpoint.Address}\", network: {endpoint.Network}, serviceAccount: web}}"));
        return $$$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: web, namespace: prod}
        spec: {hosts: [web.prod.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{{{list}}}]}

        """;
    }
}
