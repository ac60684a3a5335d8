using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>The resources that the local mesh runs on, seen by each of its proxies.</summary>
public sealed partial class LocalMeshTests
{
    private const string Payments = "payments.prod.svc.cluster.local";
    private const string Billing = "legacy-billing.prod.svc.cluster.local";

    private static readonly (string Cluster, string File)[] InFiles =
        [("eks-a", "overlay-pods/eks-a/payments.yaml"), ("eks-b", "overlay-pods/eks-b/payments.yaml")];

    private static readonly (string Cluster, string File)[] InApiServers =
        [("eks-a", "overlay-api-server/eks-a/workloads.yaml"), ("eks-b", "overlay-api-server/eks-b/workloads.yaml")];

    private const string RegisteredVm =
        """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: legacy-billing-127.30.1.10-vpc-legacy
          namespace: prod
          annotations: {proxy.istio.io/health-checks-enabled: "true"}
        spec: {address: 127.30.1.10, ports: {http: 15006}, labels: {app: legacy-billing}, network: vpc-legacy, locality: us-east-1/us-east-1c, serviceAccount: legacy-billing}
        status: {conditions: [{type: Healthy, status: "True"}]}
        """;

    private static readonly ProxyScope SidecarA = new()
    {
        Cluster = "eks-a",
        Network = "vpc-a",
        Namespace = "prod",
        Locality = new Locality("us-east-1", "us-east-1a"),
        Labels = TestMesh.Labels(("app", "payments")),
    };

    private static readonly ProxyScope AgentOnVm = new()
    {
        Cluster = "eks-a",
        Network = "vpc-legacy",
        Namespace = "prod",
        Locality = new Locality("us-east-1", "us-east-1c"),
        Labels = TestMesh.Labels(("app", "legacy-billing")),
    };

    private static readonly ProxyScope EdgeA = new()
    {
        Type = ProxyType.Router,
        Cluster = "eks-a",
        Network = "vpc-a",
        Namespace = "istio-system",
        Locality = new Locality("us-east-1", "us-east-1a"),
        Labels = TestMesh.Labels(("istio", "ingressgateway")),
    };

    private static ProxyScope EastWest(string cluster, string network) => new()
    {
        Type = ProxyType.Router,
        Cluster = cluster,
        Network = network,
        Namespace = "istio-system",
        Labels = TestMesh.Labels(("istio", "eastwestgateway")),
        RequestedNetworks = [network],
    };

    [Fact]
    public void The_resources_are_free_of_findings()
    {
        Assert.Empty(Load(RegisteredVm).Diagnostics.Where(diagnostic => diagnostic.Severity != Severity.Info).Select(diagnostic => diagnostic.ToString()));
    }

    [Fact]
    public void Replicas_written_down_as_entries_are_the_same_to_callers_as_Pods()
    {
        var entries = LoadWith(InApiServers, RegisteredVm);
        Assert.Empty(entries.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).Select(diagnostic => diagnostic.ToString()));
        foreach (var scope in new[] { EdgeA, SidecarA, AgentOnVm })
        {
            var asPods = Endpoints(Load(RegisteredVm), scope);
            Assert.NotEmpty(asPods);
            Assert.Equal(asPods, Endpoints(entries, scope));
        }

        static IEnumerable<string> Endpoints(MeshSnapshot snapshot, ProxyScope scope) =>
            snapshot.ViewFrom(scope).FindUpstream(new UpstreamKey(Payments, 8080))!.Endpoints.Select(Describe).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_edge_uses_its_own_cluster_first_and_the_other_one_through_its_gateway()
    {
        var upstream = Load().ViewFrom(EdgeA).FindUpstream(new UpstreamKey(Payments, 8080))!;

        Assert.Equal(
            ["P0 127.10.1.10:15006 direct Istio", "P1 127.20.0.1:15443 via vpc-b Istio"],
            upstream.Endpoints.Select(Describe));
        Assert.Equal(["spiffe://cluster.local/ns/prod/sa/payments"], upstream.ExpectedIdentities);
        Assert.Equal("outbound_.8080_._.payments.prod.svc.cluster.local", upstream.Sni);
        Assert.Equal(2, upstream.Policy.Outlier!.ConsecutiveGatewayErrors);
    }

    [Fact]
    public void The_vm_reaches_payments_through_the_gateways_nearest_region_first()
    {
        var upstream = Load().ViewFrom(AgentOnVm).FindUpstream(new UpstreamKey(Payments, 8080))!;

        Assert.Equal(
            ["P0 127.10.0.1:15443 via vpc-a Istio", "P1 127.20.0.1:15443 via vpc-b Istio"],
            upstream.Endpoints.Select(Describe));
    }

    [Fact]
    public void A_sidecar_reaches_the_vm_through_its_networks_gateway_only_while_the_vm_is_healthy()
    {
        var key = new UpstreamKey(Billing, 9080);

        var healthy = Load(RegisteredVm).ViewFrom(SidecarA).FindUpstream(key)!;
        Assert.Equal(["P0 127.30.0.1:15443 via vpc-legacy Istio"], healthy.Endpoints.Select(Describe));
        Assert.Equal(["spiffe://cluster.local/ns/prod/sa/legacy-billing"], healthy.ExpectedIdentities);

        Assert.Empty(Load(RegisteredVm.Replace("\"True\"", "\"False\"", StringComparison.Ordinal)).ViewFrom(SidecarA).FindUpstream(key)!.Endpoints);
        Assert.Empty(Load(RegisteredVm.Split("status:")[0]).ViewFrom(SidecarA).FindUpstream(key)!.Endpoints);
        Assert.Empty(Load().ViewFrom(SidecarA).FindUpstream(key)!.Endpoints);
    }

    [Theory]
    [InlineData("eks-a", "vpc-a", "outbound_.8080_._." + Payments, "127.10.1.10:15006", "")]
    [InlineData("eks-b", "vpc-b", "outbound_.8080_._." + Payments, "127.20.1.10:15006", "")]
    [InlineData("eks-a", "vpc-legacy", "outbound_.9080_._." + Billing, "127.30.1.10:15006", "")]
    [InlineData("eks-a", "vpc-a", "outbound_.9080_._." + Billing, "", "no workload with mesh mTLS in this network")]
    [InlineData("eks-a", "vpc-a", "outbound_.8080_._.nobody.prod.svc.cluster.local", "", "is no service of the mesh")]
    [InlineData("eks-a", "vpc-a", "outbound_.9999_._." + Payments, "", "has no port 9999")]
    [InlineData("eks-a", "vpc-a", "outbound_.8080_.v9_." + Payments, "", "has no subset v9")]
    [InlineData("eks-a", "vpc-a", "outbound_.8080_._.payments.example.com", "", "is not exposed by this gateway (*.local)")]
    [InlineData("eks-a", "vpc-a", Payments, "", "is not a name of the form outbound_.")]
    public void An_east_west_gateway_passes_on_what_is_in_its_own_network_and_refuses_the_rest(
        string cluster, string network, string sni, string address, string reason)
    {
        var view = Load(RegisteredVm).ViewFrom(EastWest(cluster, network));
        var listener = Assert.Single(view.Listeners);
        Assert.Equal((15443, true), (listener.Port, listener.IsAutoPassthrough));

        var found = view.TryResolvePassthrough(sni, listener.Servers[0].Hosts, out var upstream, out var refusal);

        Assert.Equal(address.Length > 0, found);
        if (found) Assert.Equal([address], upstream!.Endpoints.Select(endpoint => $"{endpoint.Address}:{endpoint.Port}"));
        else Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_edge_listens_with_TLS_and_plain_text_and_routes_the_public_paths()
    {
        var listeners = Load().ViewFrom(EdgeA).Listeners;

        Assert.Equal([8080, 8443], listeners.Select(listener => listener.Port));
        Assert.Equal(GatewayTlsMode.Simple, listeners[1].Servers[0].Tls.Mode);
        foreach (var listener in listeners)
        {
            var match = listener.Routes.Match(Request("payments.example.com:8443", "/payments.v1.Payments/CreatePayment", listener.Port));
            var forward = Assert.IsType<RouteAction.Forward>(match!.Value.Route.Action);
            Assert.Equal(new UpstreamKey(Payments, 8080), Assert.Single(forward.Destinations).Upstream);
            Assert.Equal(3, match.Value.Route.Retries.Attempts);
            Assert.Contains(503, match.Value.Route.Retries.RetriableStatusCodes);
            Assert.Null(listener.Routes.Match(Request("payments.example.com", "/admin", listener.Port)));
            Assert.Null(listener.Routes.Match(Request("other.example.com", "/v1/", listener.Port)));
            Assert.NotNull(listener.Routes.Match(Request("localhost:8443", "/v1/payments", listener.Port)));
        }
    }

    [Fact]
    public void A_sidecar_has_no_listeners_but_routes_inside_the_mesh()
    {
        var view = Load().ViewFrom(AgentOnVm);

        Assert.Empty(view.Listeners);
        Assert.NotNull(view.OutboundRoutes(Payments, 8080)!.Match(Request(Payments, "/v1/payments", 8080)));
        Assert.NotNull(view.OutboundRoutes("payments", 8080));
        Assert.Null(view.OutboundRoutes("payments", 8081));
        Assert.Null(view.OutboundRoutes("www.example.com", 80));
        Assert.Equal("default", view.OutboundRoutes(Billing, 9080)!.Match(Request(Billing, "/any", 9080))!.Value.Route.Origin);
        Assert.Equal(8080, view.FindServicePort(Payments, 8080)!.TargetPort);
        Assert.Equal(9080, view.FindServicePort(Billing, 9080)!.TargetPort);
    }

    [Fact]
    public void Workloads_in_prod_accept_mesh_mTLS_only()
    {
        Assert.Equal(MtlsMode.Strict, Load().ViewFrom(AgentOnVm).InboundMtls(9080));
        Assert.Equal(MtlsMode.Permissive, Load().ViewFrom(EdgeA).InboundMtls(8080));
    }

    private static RouteRequest Request(string authority, string path, int port) =>
        new("POST", "https", authority, path, "", port, _ => null);

    private static string Describe(ProxyEndpoint endpoint) =>
        $"P{endpoint.Priority} {endpoint.Address}:{endpoint.Port} {(endpoint.IsGateway ? $"via {endpoint.ViaNetwork}" : "direct")} {endpoint.Tls}";

    private static MeshSnapshot Load(params string[] inEksA) => LoadWith(InFiles, inEksA);

    private static MeshSnapshot LoadWith(IEnumerable<(string Cluster, string File)> replicas, params string[] inEksA)
    {
        var root = RepositoryRoot();
        string[] common =
        [
            Read(root, "manifests/payments.yaml"),
            Read(root, "manifests/istio/payments.yaml"),
            Read(root, "manifests/istio/legacy-billing.yaml"),
            Read(root, "manifests/istio/east-west.yaml"),
            Read(root, "samples/local-mesh/overlay/common/edge.yaml"),
        ];
        return TestMesh.Load(
        [
            .. common.Select(text => ("eks-a", text)),
            .. common.Select(text => ("eks-b", text)),
            ("eks-a", Read(root, "samples/local-mesh/overlay/eks-a/cluster.yaml")),
            ("eks-b", Read(root, "samples/local-mesh/overlay/eks-b/cluster.yaml")),
            .. replicas.Select(replica => (replica.Cluster, Read(root, "samples/local-mesh/" + replica.File))),
            .. inEksA.Select(text => ("eks-a", text)),
        ]);
    }

    private static string Read(string root, string file)
    {
        var values = ImmutableDictionary<string, string>.Empty
            .Add("EDGE_ADDRESS", "127.0.0.1").Add("EDGE_CERTIFICATE", "/tmp/c.pem").Add("EDGE_KEY", "/tmp/k.pem")
            .Add("GATEWAY_A", "127.10.0.1").Add("GATEWAY_B", "127.20.0.1").Add("GATEWAY_LEGACY", "127.30.0.1")
            .Add("PAYMENTS_A", "127.10.1.10").Add("PAYMENTS_B", "127.20.1.10");
        return Variable().Replace(File.ReadAllText(Path.Combine(root, file)), match => values[match.Groups[1].Value]);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mesh.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
