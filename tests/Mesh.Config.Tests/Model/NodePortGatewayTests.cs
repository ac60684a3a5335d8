using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>East-west gateways without load balancer: a Service of type NodePort and the Nodes that it chooses.</summary>
public sealed class NodePortGatewayTests
{
    private static readonly UpstreamKey Web = new("web.prod.svc.cluster.local", 80);

    [Fact]
    public void The_gateways_are_the_external_addresses_of_the_chosen_Nodes_with_the_node_port()
    {
        Assert.Equal(["3.3.3.1:31443", "3.3.3.2:31443"], Gateways("""{\"ingress\": \"true\"}"""));
    }

    [Fact]
    public void An_empty_selector_chooses_all_Nodes_that_have_an_external_address()
    {
        Assert.Equal(["3.3.3.1:31443", "3.3.3.2:31443", "3.3.3.9:31443"], Gateways("{}"));
    }

    [Theory]
    [InlineData("""{\"ingress\": \"no\"}""", "no Node that traffic.istio.io/nodeSelector selects has an ExternalIP")]
    [InlineData("""{\"internal\": \"true\"}""", "no Node that traffic.istio.io/nodeSelector selects has an ExternalIP")]
    [InlineData("ingress=true", "is no JSON object of labels")]
    [InlineData("[]", "is no JSON object of labels")]
    public void A_selector_that_gives_no_address_is_reported(string selector, string problem)
    {
        // As without a gateway: the endpoint is dialled directly.
        Assert.Equal(["10.2.0.1:8080"], Gateways(selector));
        Assert.Contains(problem, Assert.Single(Load(selector).Diagnostics, found => found.Code == "GatewayUnusable").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_annotation_means_nothing_on_a_Service_of_another_type()
    {
        Assert.Equal(["10.2.0.1:8080"], Gateways("{}", "ClusterIP"));
    }

    [Fact]
    public void Nodes_of_other_clusters_are_not_chosen()
    {
        var view = TestMesh.Load(("c2", Text("{}", "NodePort")), ("c1", Node("d", "8.8.8.8", "ingress: \"true\"")))
            .ViewFrom(new ProxyScope { Network = "n1" });

        Assert.DoesNotContain(view.FindUpstream(Web)!.Endpoints, endpoint => endpoint.Address == "8.8.8.8");
    }

    [Fact]
    public void The_mesh_networks_may_name_such_a_Service_too()
    {
        var view = TestMesh.Load(
                ("c1", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  meshNetworks: |\n    networks: {n2: {endpoints: [{fromRegistry: c2}], gateways: [{registryServiceName: eastwest.istio-system.svc.cluster.local, port: 15443}]}}\n"),
                ("c2", Text("""{\"ingress\": \"true\"}""", "NodePort").Replace("labels: {topology.istio.io/network: n2}, annotations", "annotations", StringComparison.Ordinal)))
            .ViewFrom(new ProxyScope { Network = "n1" });

        Assert.Equal(["3.3.3.1:31443", "3.3.3.2:31443"], view.FindUpstream(Web)!.Endpoints.Select(endpoint => $"{endpoint.Address}:{endpoint.Port}"));
    }

    private static IEnumerable<string> Gateways(string selector, string type = "NodePort") => Load(selector, type)
        .ViewFrom(new ProxyScope { Network = "n1" }).FindUpstream(Web)!.Endpoints.Select(endpoint => $"{endpoint.Address}:{endpoint.Port}");

    private static MeshSnapshot Load(string selector, string type = "NodePort") => TestMesh.Load(("c2", Text(selector, type)));

    private static string Text(string selector, string type) => $$$"""
        {apiVersion: v1, kind: Service, metadata: {name: eastwest, namespace: istio-system, labels: {topology.istio.io/network: n2}, annotations: {traffic.istio.io/nodeSelector: "{{{selector}}}"}}, spec: {type: {{{type}}}, ports: [{name: tls, port: 15443, nodePort: 31443}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: prod, labels: {app: web, security.istio.io/tlsMode: istio, topology.istio.io/network: n2}}, status: {podIP: 10.2.0.1}}
        ---

        """
        + Node("a", "3.3.3.1", "ingress: \"true\"") + Node("b", "3.3.3.2", "ingress: \"true\"") + Node("c", "3.3.3.9", "zone: x")
        + "{apiVersion: v1, kind: Node, metadata: {name: e, labels: {internal: \"true\"}}, status: {addresses: [{type: InternalIP, address: 10.0.0.5}]}}\n---\n";

    private static string Node(string name, string address, string label) =>
        $"{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{{label}}}}}, status: {{addresses: [{{type: InternalIP, address: 10.0.0.9}}, {{type: ExternalIP, address: {address}}}]}}}}\n---\n";
}
