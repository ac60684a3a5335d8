using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;

namespace Mesh.Bench.Model;

/// <summary>
/// A mesh of so many services with ten endpoints each over four clusters and three networks: Service and EndpointSlice in
/// every cluster, a Pod for each endpoint, three Nodes in three zones, an east-west gateway for each network, a
/// DestinationRule for every tenth service and a VirtualService for every twentieth.
/// </summary>
internal sealed class BenchMesh
{
    private const int Endpoints = 10;
    private const int ServicesOfNamespace = 20;

    private static readonly (string Cluster, string Network)[] _clusters =
        [("c1", "net-1"), ("c2", "net-1"), ("c3", "net-2"), ("c4", "net-3")];

    private readonly int _services;
    private readonly Service _service;
    private readonly EndpointSlice _slice;
    private readonly SliceEndpoint _endpoint;
    private readonly Pod _pod;

    public BenchMesh(int services)
    {
        _services = services;
        _service = One<Service>("""
            apiVersion: v1
            kind: Service
            metadata: {name: x, namespace: x}
            spec: {clusterIP: 10.0.0.1, ports: [{name: grpc, port: 8080}], selector: {app: x}}
            """);
        _slice = One<EndpointSlice>("""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: x, namespace: x}
            addressType: IPv4
            ports: [{name: grpc, port: 8080}]
            endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, nodeName: x, targetRef: {kind: Pod, name: x, namespace: x}}]
            """);
        _endpoint = _slice.Endpoints[0];
        _pod = One<Pod>("""
            apiVersion: v1
            kind: Pod
            metadata: {name: x, namespace: x}
            spec: {nodeName: x, serviceAccountName: x, containers: [{name: app}]}
            status: {podIP: 10.0.0.1, phase: Running, conditions: [{type: Ready, status: "True"}]}
            """);
        Sources = [.. _clusters.Select(cluster => new BenchSource(cluster.Cluster))];
        for (var c = 0; c < Sources.Length; c++) Fill(Sources[c], c);
    }

    public ImmutableArray<BenchSource> Sources { get; }

    public static ProxyScope Scope { get; } = new()
    {
        Type = ProxyType.Router,
        Cluster = "c1",
        Network = "net-1",
        Namespace = "istio-system",
        Locality = new Locality("eu", "eu-1a"),
    };

    public static UpstreamKey KeyOf(int service) => new($"{NameOf(service)}.{SpaceOf(service)}.svc.cluster.local", 8080);

    /// <summary>The slice of a service in the first cluster, with its first endpoint ready or not.</summary>
    public EndpointSlice Slice(int service, bool ready)
    {
        var slice = SliceOf(service, 0);
        return slice with
        {
            Endpoints = slice.Endpoints.SetItem(0, slice.Endpoints[0] with { Conditions = new SliceConditions { Ready = ready } }),
        };
    }

    private static string NameOf(int service) => string.Create(CultureInfo.InvariantCulture, $"svc-{service}");

    private static string SpaceOf(int service) =>
        string.Create(CultureInfo.InvariantCulture, $"ns-{service / ServicesOfNamespace}");

    private static string PodName(int service, int endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"svc-{service}-{endpoint}");

    private static string NodeName(int endpoint) => string.Create(CultureInfo.InvariantCulture, $"node-{endpoint % 3}");

    private static string AddressOf(int service, int endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"10.{service >> 8 & 255}.{service & 255}.{endpoint + 1}");

    private static T One<T>(string yaml) where T : MeshObject => (T)MeshYaml.Read(yaml, "bench").Objects.Single();

    private void Fill(BenchSource source, int cluster)
    {
        var network = _clusters[cluster].Network;
        source.Objects.AddRange(MeshYaml.Read(string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system, labels: {topology.istio.io/network: {{network}} } }
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: eastwest, namespace: istio-system, labels: {topology.istio.io/network: {{network}} } }
            spec: {type: LoadBalancer, ports: [{name: tls, port: 15443}]}
            status: {loadBalancer: {ingress: [{ip: 34.0.0.{{cluster + 1}} }] } }
            ---
            {{string.Join("\n---\n", Enumerable.Range(0, 3).Select(Node))}}
            """), "bench").Objects);
        for (var i = 0; i < _services; i++) Add(source, cluster, i);
    }

    private static string Node(int i) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: v1
        kind: Node
        metadata: {name: node-{{i}}, labels: {topology.kubernetes.io/region: eu, topology.kubernetes.io/zone: eu-1{{(char)('a' + i)}} } }
        """);

    private void Add(BenchSource source, int cluster, int service)
    {
        var (name, space) = (NameOf(service), SpaceOf(service));
        var labels = ImmutableSortedDictionary<string, string>.Empty.Add("app", name);
        source.Objects.Add(_service with
        {
            Metadata = Meta(name, space),
            Spec = _service.Spec with { Selector = labels },
        });
        source.Objects.Add(SliceOf(service, cluster));
        foreach (var endpoint in EndpointsIn(cluster))
            source.Objects.Add(_pod with
            {
                Metadata = Meta(PodName(service, endpoint), space) with
                {
                    Labels = labels.Add("security.istio.io/tlsMode", "istio").Add("version", "v1"),
                },
                Spec = _pod.Spec with { NodeName = NodeName(endpoint), ServiceAccountName = name },
                Status = _pod.Status! with { PodIP = AddressOf(service, endpoint) },
            });
        if (cluster != 0) return;
        if (service % 10 == 0)
            source.Objects.AddRange(MeshYaml.Read($$"""
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: {{name}}, namespace: {{space}} }
                spec: {host: {{name}}, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3} } }
                """, "bench").Objects);
        if (service % 20 == 0)
            source.Objects.AddRange(MeshYaml.Read($$"""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: {{name}}, namespace: {{space}} }
                spec: {hosts: [{{name}}], http: [{route: [{destination: {host: {{name}} } }]}]}
                """, "bench").Objects);
    }

    private EndpointSlice SliceOf(int service, int cluster) => _slice with
    {
        Metadata = Meta($"{NameOf(service)}-x", SpaceOf(service)) with
        {
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("kubernetes.io/service-name", NameOf(service)),
        },
        Endpoints =
        [
            .. EndpointsIn(cluster).Select(endpoint => _endpoint with
            {
                Addresses = [AddressOf(service, endpoint)],
                NodeName = NodeName(endpoint),
                TargetRef = _endpoint.TargetRef! with { Name = PodName(service, endpoint), Namespace = SpaceOf(service) },
            }),
        ],
    };

    private static IEnumerable<int> EndpointsIn(int cluster) =>
        Enumerable.Range(0, Endpoints).Where(endpoint => endpoint % _clusters.Length == cluster);

    private static ObjectMeta Meta(string name, string space) => new() { Name = name, Namespace = space };
}
