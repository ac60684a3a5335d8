using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>IPv6 and dual stack: workloads, proxies and gateways with addresses of one family or of both.</summary>
public sealed class IpFamilyTests
{
    private static readonly UpstreamKey Web = new("web.prod.svc.cluster.local", 80);

    [Theory]
    [InlineData(true, true, "10.0.0.1 10.0.0.2")]
    [InlineData(true, false, "10.0.0.1 10.0.0.2")]
    [InlineData(false, true, "fd00::1 fd00::2")]
    public void A_Pod_with_two_addresses_is_one_endpoint_by_the_first_family_that_the_proxy_has(bool v4, bool v6, string expected)
    {
        Assert.Equal(expected, Seen(Service("[IPv4, IPv6]") + Pod(1) + Pod(2), v4, v6));
    }

    [Theory]
    [InlineData("[IPv4, IPv6]", true, true, "10.0.0.1")]
    [InlineData("[IPv6, IPv4]", true, true, "fd00::1")]
    [InlineData("[IPv6, IPv4]", true, false, "10.0.0.1")]
    [InlineData("[IPv6]", true, true, "fd00::1")]
    [InlineData("[IPv6]", true, false, "")]
    [InlineData("[IPv4]", false, true, "")]
    [InlineData("[]", true, true, "10.0.0.1")]
    public void The_families_of_the_Service_say_which_addresses_count_and_which_comes_first(string families, bool v4, bool v6, string expected)
    {
        Assert.Equal(expected, Seen(Service(families) + Pod(1), v4, v6));
    }

    [Theory]
    [InlineData("[IPv4, IPv6]", true, true, "10.0.0.1")]
    [InlineData("[IPv6, IPv4]", true, true, "fd00::1")]
    [InlineData("[IPv4, IPv6]", false, true, "fd00::1")]
    [InlineData("[IPv6, IPv4]", true, false, "10.0.0.1")]
    public void So_do_the_slices_that_Kubernetes_makes_for_each_family(string families, bool v4, bool v6, string expected)
    {
        Assert.Equal(expected, Seen(Service(families) + Pod(1) + Slice("a", "IPv6", "fd00::1") + Slice("b", "IPv4", "10.0.0.1"), v4, v6));
    }

    [Fact]
    public void Two_addresses_give_a_workload_no_larger_share_behind_a_gateway()
    {
        const string text = """
            {apiVersion: v1, kind: Service, metadata: {name: gw, namespace: istio-system, labels: {topology.istio.io/network: n2}}, spec: {externalIPs: [2.2.2.2], ports: [{name: tls, port: 15443}]}}
            ---

            """;
        var pods = Pod(1) + Pod(2).Replace("{ip: 10.0.0.2}, {ip: \"fd00::2\"}", "{ip: 10.0.0.2}", StringComparison.Ordinal);
        var endpoints = TestMesh.Load(("c", text + Service("[IPv4, IPv6]") + pods)).ViewFrom(new ProxyScope { Network = "n1" }).FindUpstream(Web)!.Endpoints;

        Assert.Equal(("2.2.2.2", 2u), (endpoints.Single().Address, endpoints.Single().Weight));
    }

    [Theory]
    [InlineData(true, false, "3.3.3.3")]
    [InlineData(false, true, "2001:db8::3")]
    [InlineData(true, true, "2001:db8::3 3.3.3.3")]
    public void A_proxy_uses_the_gateway_addresses_of_its_families(bool v4, bool v6, string expected)
    {
        const string text = """
            {apiVersion: v1, kind: Service, metadata: {name: gw, namespace: istio-system, labels: {topology.istio.io/network: n2}}, spec: {externalIPs: [3.3.3.3, "2001:db8::3"], ports: [{name: tls, port: 15443}]}}
            ---

            """;

        Assert.Equal(expected, Seen(text + Service("[IPv4]") + Pod(1), v4, v6, "n1"));
    }

    [Fact]
    public void An_IPv6_only_mesh_works_from_end_to_end()
    {
        const string text = """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {clusterIP: "fd01::5", ipFamilies: [IPv6], ports: [{name: http, port: 80}]}}
            ---
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web, namespace: prod, labels: {kubernetes.io/service-name: web}}, addressType: IPv6, endpoints: [{addresses: ["fd00::7"]}], ports: [{name: http, port: 8080}]}
            ---
            {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: vm, namespace: prod}, spec: {address: "fd00::8", labels: {app: web}}}
            ---
            {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: vms, namespace: prod}, spec: {hosts: [vms.example.com], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {app: web}}, ports: [{number: 80, name: http, protocol: HTTP}]}}
            """;
        var view = TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { IPv4 = false });

        Assert.Equal(("fd00::7", 8080), (view.FindUpstream(Web)!.Endpoints.Single().Address, view.FindUpstream(Web)!.Endpoints.Single().Port));
        Assert.Equal("fd00::8", view.FindUpstream(new UpstreamKey("vms.example.com", 80))!.Endpoints.Single().Address);
    }

    [Fact]
    public void An_east_west_gateway_of_one_family_hands_on_to_the_addresses_of_that_family()
    {
        var view = TestMesh.Load(("c", Service("[IPv4, IPv6]") + Pod(1)))
            .ViewFrom(new ProxyScope { Type = ProxyType.Router, Network = "n2", RequestedNetworks = ["n2"], IPv4 = false });

        Assert.True(view.TryResolvePassthrough("outbound_.80_._.web.prod.svc.cluster.local", ["*.local"], out var upstream, out _));
        Assert.Equal("fd00::1", Assert.Single(upstream.Endpoints).Address);
    }

    private static string Seen(string text, bool v4, bool v6, string network = "n2") => string.Join(' ',
        TestMesh.Load(("c", text)).ViewFrom(new ProxyScope { IPv4 = v4, IPv6 = v6, Network = network }).FindUpstream(Web)!.Endpoints.Select(endpoint => endpoint.Address));

    private static string Service(string families) =>
        $"{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: prod}}, spec: {{selector: {{app: web}}, ipFamilies: {families}, ports: [{{name: http, port: 80}}]}}}}\n---\n";

    private static string Pod(int number) =>
        $"{{apiVersion: v1, kind: Pod, metadata: {{name: web-{number}, namespace: prod, labels: {{app: web, security.istio.io/tlsMode: istio, topology.istio.io/network: n2}}}}, status: {{podIP: 10.0.0.{number}, podIPs: [{{ip: 10.0.0.{number}}}, {{ip: \"fd00::{number}\"}}]}}}}\n---\n";

    private static string Slice(string name, string family, string address) =>
        $"{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: {name}, namespace: prod, labels: {{kubernetes.io/service-name: web}}}}, addressType: {family}, endpoints: [{{addresses: [\"{address}\"], targetRef: {{kind: Pod, name: web-1, namespace: prod}}}}], ports: [{{name: http, port: 80}}]}}\n---\n";
}
