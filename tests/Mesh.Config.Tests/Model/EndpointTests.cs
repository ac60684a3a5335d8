using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>Where endpoints come from and what is known of them.</summary>
public sealed class EndpointTests
{
    private const string Topology =
        """
        {apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: net-a}}}
        ---
        {apiVersion: v1, kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/region: eu-west-1, topology.kubernetes.io/zone: eu-west-1b, topology.istio.io/subzone: rack7}}}

        """;

    private static readonly ProxyScope Scope = new() { Cluster = "c", Network = "net-a", Namespace = "prod" };

    [Fact]
    public void A_slice_endpoint_takes_identity_labels_and_place_from_its_Pod_and_Node()
    {
        var endpoint = Assert.Single(Endpoints(
            """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: prod, labels: {app: web, security.istio.io/tlsMode: istio}}, spec: {nodeName: n1}, status: {podIP: 10.0.0.1}}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-x, namespace: prod, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: web-1, namespace: prod}}]
            """, out var upstream));

        Assert.Equal(("10.0.0.1", 8080, "net-a", "c"), (endpoint.Address, endpoint.Port, endpoint.Network, endpoint.Cluster));
        Assert.Equal(("eu-west-1/eu-west-1b/rack7", "web-1"), (endpoint.Locality.ToString(), endpoint.Workload));
        Assert.Equal((EndpointTls.Istio, EndpointHealth.Healthy), (endpoint.Tls, endpoint.Health));
        // A Pod without an account runs as "default".
        Assert.Equal(["spiffe://cluster.local/ns/prod/sa/default"], upstream.ExpectedIdentities);
    }

    [Theory]
    [InlineData("ready: true, serving: true, terminating: false", "10.0.0.1 Healthy")]
    [InlineData("ready: false", "10.0.0.1 Unhealthy")]
    [InlineData("ready: false, serving: true, terminating: true", "")]
    [InlineData("serving: true", "10.0.0.1 Healthy")]
    public void A_slice_endpoint_that_is_not_ready_stays_as_unhealthy_and_a_terminating_one_goes(string conditions, string expected)
    {
        var endpoints = Endpoints(
            $$$"""
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-x, namespace: prod, labels: {kubernetes.io/service-name: web}}
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.0.0.1], conditions: { {{{conditions}}} }}]
            """, out _);

        Assert.Equal(expected, string.Join(", ", endpoints.Select(endpoint => $"{endpoint.Address} {endpoint.Health}")));
    }

    [Fact]
    public void An_endpoint_whose_Pod_is_unknown_is_left_out_and_reported()
    {
        var snapshot = TestMesh.Load(("c", Topology), ("c",
            """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: http, port: 80}]}}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-x, namespace: prod, labels: {kubernetes.io/service-name: web}}
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: gone}}]
            """));

        Assert.Empty(snapshot.ViewFrom(Scope).FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Endpoints);
        var finding = Assert.Single(snapshot.Diagnostics);
        Assert.Equal("PodMissing", finding.Code);
        Assert.Contains("Pod prod/gone", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Service_selects_WorkloadEntries_too()
    {
        var endpoint = Assert.Single(Endpoints(
            """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
            ---
            {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: vm, namespace: prod}, spec: {address: 10.9.0.1, labels: {app: web}, serviceAccount: web, weight: 5, locality: eu-west-1/eu-west-1c}}
            """, out var upstream));

        Assert.Equal(("10.9.0.1", 8080, 5u), (endpoint.Address, endpoint.Port, endpoint.Weight));
        Assert.Equal((EndpointTls.Istio, EndpointHealth.Unknown), (endpoint.Tls, endpoint.Health));
        Assert.Equal("eu-west-1/eu-west-1c", endpoint.Locality.ToString());
        Assert.Equal(["spiffe://cluster.local/ns/prod/sa/web"], upstream.ExpectedIdentities);
    }

    [Theory]
    [InlineData("serviceAccount: web", EndpointTls.Istio)]
    [InlineData("weight: 1", EndpointTls.Disabled)]
    [InlineData("serviceAccount: web, labels: {security.istio.io/tlsMode: disabled}", EndpointTls.Disabled)]
    [InlineData("labels: {security.istio.io/tlsMode: istio}", EndpointTls.Istio)]
    public void A_WorkloadEntry_accepts_mTLS_by_its_label_or_else_by_having_a_service_account(string fields, EndpointTls expected)
    {
        var endpoint = Assert.Single(Endpoints(
            $$$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: web, namespace: prod}
            spec: {hosts: [web.prod.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.9, {{{fields}}}}]}
            """, out _));

        Assert.Equal(expected, endpoint.Tls);
    }

    [Fact]
    public void A_PeerAuthentication_that_disables_mTLS_for_the_workload_takes_the_ability_away()
    {
        var endpoint = Assert.Single(Endpoints(
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: web, namespace: prod}
            spec: {hosts: [web.prod.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.9, serviceAccount: web, labels: {app: web}, ports: {http: 8080}}]}
            ---
            {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: p, namespace: prod}, spec: {selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}}}}
            """, out _));

        Assert.Equal(EndpointTls.Disabled, endpoint.Tls);
    }

    [Fact]
    public void Services_of_one_name_in_two_clusters_are_one_service()
    {
        const string service = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}\n---\n";
        const string pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: prod, labels: {app: web}}, spec: {}, status: {podIP: ADDRESS}}\n";
        var snapshot = TestMesh.Load(
            ("c1", service + pod.Replace("ADDRESS", "10.1.0.1", StringComparison.Ordinal)),
            ("c2", service + pod.Replace("ADDRESS", "10.2.0.1", StringComparison.Ordinal)));

        var endpoints = snapshot.ViewFrom(Scope).FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Endpoints;

        Assert.Equal(["10.1.0.1 c1", "10.2.0.1 c2"], endpoints.Select(endpoint => $"{endpoint.Address} {endpoint.Cluster}"));
    }

    [Fact]
    public void An_external_service_is_called_by_name_and_known_by_its_subjectAltNames_only()
    {
        var snapshot = TestMesh.Load(("c",
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: cards, namespace: prod}
            spec: {hosts: [api.cards.example.com], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}], subjectAltNames: [api.cards.example.com]}
            """));

        var upstream = snapshot.ViewFrom(Scope).FindUpstream(new UpstreamKey("api.cards.example.com", 443))!;

        Assert.True(upstream.MeshExternal);
        Assert.Equal(ServiceProtocol.Tls, upstream.Protocol);
        Assert.Equal(("api.cards.example.com", 443, EndpointTls.Disabled), (upstream.Endpoints[0].Address, upstream.Endpoints[0].Port, upstream.Endpoints[0].Tls));
        Assert.Equal(["api.cards.example.com"], upstream.ExpectedIdentities);
    }

    [Theory]
    [InlineData("grpc", "", ServiceProtocol.Grpc)]
    [InlineData("grpc-web-x", "", ServiceProtocol.GrpcWeb)]
    [InlineData("HTTP2-api", "", ServiceProtocol.Http2)]
    [InlineData("api", "kubernetes.io/h2c", ServiceProtocol.Http2)]
    [InlineData("http-api", "tcp", ServiceProtocol.Tcp)]
    [InlineData("web", "", ServiceProtocol.Auto)]
    public void The_protocol_comes_from_appProtocol_or_the_first_word_of_the_port_name(string name, string appProtocol, ServiceProtocol expected)
    {
        var snapshot = TestMesh.Load(("c",
            $$$"""{apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {ports: [{name: {{{name}}}, port: 80, appProtocol: "{{{appProtocol}}}"}]}}"""));

        Assert.Equal(expected, snapshot.ViewFrom(Scope).FindServicePort("web", 80)!.Protocol);
    }

    [Fact]
    public void A_service_that_is_not_exported_to_a_namespace_does_not_exist_there()
    {
        var snapshot = TestMesh.Load(("c",
            """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod, annotations: {networking.istio.io/exportTo: "."}}, spec: {ports: [{port: 80}]}}
            """));
        var key = new UpstreamKey("web.prod.svc.cluster.local", 80);

        Assert.NotNull(snapshot.ViewFrom(Scope).FindUpstream(key));
        Assert.Null(snapshot.ViewFrom(Scope with { Namespace = "other" }).FindUpstream(key));
    }

    private static ImmutableArray<ProxyEndpoint> Endpoints(string yaml, out Upstream upstream)
    {
        upstream = TestMesh.Load(("c", Topology), ("c", yaml)).ViewFrom(Scope)
            .FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!;
        return upstream.Endpoints;
    }
}
