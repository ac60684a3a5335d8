using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Bench.Gateway.Changes;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Kubernetes;

/// <summary>
/// What is in one of four clusters: a Service and an EndpointSlice for each service, a Pod for each of the two or three of its ten
/// endpoints that are in this cluster, Nodes; in the first one also a DestinationRule for every tenth service, and a VirtualService for each
/// one that changes. Pods come with what API servers keep of them and the mesh does not read.
/// </summary>
internal sealed class ClusterShape(int cluster, int services, int port)
{
    public const int Clusters = 4;

    /// <summary>Services that are called and whose routes change.</summary>
    public const int Busy = 50;

    private const int Endpoints = 10;
    private const int ServicesOfNamespace = 20;
    private const int Nodes = 30;

    private static readonly string[] Conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"];

    /// <summary>In the order in which a cluster gets them.</summary>
    public IEnumerable<JsonObject> Objects()
    {
        for (var node = 0; node < Nodes; node++) yield return NodeOf(node);
        for (var space = 0; space * ServicesOfNamespace < services; space++) yield return Of("v1", "Namespace", null, $"ns-{space}");
        for (var service = 0; service < services; service++)
        {
            yield return ServiceOf(service);
            yield return SliceOf(service);
            foreach (var endpoint in EndpointsHere()) yield return PodOf(service, endpoint);
            if (cluster == 0 && service % 10 == 0) yield return RuleOf(service);
        }
    }

    /// <summary>The route of a service, which says in a header of the answer which change it is of.</summary>
    public static string Route(int service, int version) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: route-{{service}}, namespace: {{SpaceOf(service)}} }
        spec:
          hosts: [{{ConfigFolder.HostOf(service)}}]
          gateways: [istio-system/edge]
          http:
          - route: [{destination: {host: {{NameOf(service)}}.{{SpaceOf(service)}}.svc.cluster.local, port: {number: {{BenchFolder.ServicePort}} } } }]
            headers: {response: {set: { {{ConfigFolder.VersionHeader}}: "{{version}}"} } }
        """);

    private static string NameOf(int service) => string.Create(CultureInfo.InvariantCulture, $"svc-{service}");

    private static string SpaceOf(int service) => string.Create(CultureInfo.InvariantCulture, $"ns-{service / ServicesOfNamespace}");

    private static string PodName(int service, int endpoint) => string.Create(CultureInfo.InvariantCulture, $"svc-{service}-5d8f7c9b64-{endpoint:d5}");

    /// <summary>All of 127.0.0.0/8 is this machine: each Pod has an address of its own, and the backend answers on it.</summary>
    private static string AddressOf(int service, int endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"127.{16 + endpoint}.{service >> 8 & 255}.{service & 255}");

    private static JsonObject Of(string version, string kind, string? space, string name, JsonObject? labels = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null) metadata["namespace"] = space;
        if (labels is not null) metadata["labels"] = labels;
        metadata["managedFields"] = new JsonArray(new JsonObject
        {
            ["manager"] = "kube-controller-manager",
            ["operation"] = "Update",
            ["apiVersion"] = version,
            ["time"] = "2026-01-01T00:00:00Z",
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Tree("f:metadata", "f:labels", "f:app", "f:version", "f:pod-template-hash", "f:ownerReferences", "f:spec", "f:containers", "f:status"),
        });
        return new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static JsonObject Tree(params string[] names) => new(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, new JsonObject { ["."] = new JsonObject() })));

    private static JsonObject NodeOf(int node)
    {
        var value = Of("v1", "Node", null, $"node-{node}", new JsonObject
        {
            ["topology.kubernetes.io/region"] = "eu",
            ["topology.kubernetes.io/zone"] = $"eu-1{(char)('a' + (node % 3))}",
        });
        value["spec"] = new JsonObject { ["providerID"] = $"aws:///eu-1a/i-{node:x17}" };
        return value;
    }

    private static JsonObject ServiceOf(int service)
    {
        var value = Of("v1", "Service", SpaceOf(service), NameOf(service), new JsonObject { ["app"] = NameOf(service) });
        value["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = $"10.{100 + (service >> 16)}.{service >> 8 & 255}.{service & 255}",
            ["selector"] = new JsonObject { ["app"] = NameOf(service) },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "grpc", ["port"] = BenchFolder.ServicePort, ["protocol"] = "TCP" }),
            ["sessionAffinity"] = "None",
        };
        return value;
    }

    private static JsonObject RuleOf(int service)
    {
        var value = Of("networking.istio.io/v1", "DestinationRule", SpaceOf(service), NameOf(service));
        value["spec"] = new JsonObject
        {
            ["host"] = NameOf(service),
            ["trafficPolicy"] = new JsonObject { ["outlierDetection"] = new JsonObject { ["consecutive5xxErrors"] = 3 } },
        };
        return value;
    }

    private IEnumerable<int> EndpointsHere() => Enumerable.Range(0, Endpoints).Where(endpoint => endpoint % Clusters == cluster);

    private JsonObject SliceOf(int service)
    {
        var value = Of("discovery.k8s.io/v1", "EndpointSlice", SpaceOf(service), NameOf(service) + "-x7k2p", new JsonObject
        {
            ["kubernetes.io/service-name"] = NameOf(service),
            ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
        });
        value["addressType"] = "IPv4";
        value["ports"] = new JsonArray(new JsonObject { ["name"] = "grpc", ["port"] = port, ["protocol"] = "TCP" });
        value["endpoints"] = new JsonArray([.. EndpointsHere().Select(endpoint => new JsonObject
        {
            ["addresses"] = new JsonArray(AddressOf(service, endpoint)),
            ["conditions"] = new JsonObject { ["ready"] = true, ["serving"] = true, ["terminating"] = false },
            ["nodeName"] = $"node-{(service + endpoint) % Nodes}",
            ["zone"] = $"eu-1{(char)('a' + ((service + endpoint) % Nodes % 3))}",
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = PodName(service, endpoint), ["namespace"] = SpaceOf(service) },
        })]);
        return value;
    }

    private JsonObject PodOf(int service, int endpoint)
    {
        var value = Of("v1", "Pod", SpaceOf(service), PodName(service, endpoint), new JsonObject
        {
            ["app"] = NameOf(service),
            ["version"] = "v1",
            ["pod-template-hash"] = "5d8f7c9b64",
        });
        value["spec"] = new JsonObject
        {
            ["nodeName"] = $"node-{(service + endpoint) % Nodes}",
            ["serviceAccountName"] = NameOf(service),
            ["restartPolicy"] = "Always",
            ["dnsPolicy"] = "ClusterFirst",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "app",
                ["image"] = $"registry.example.com/team/{NameOf(service)}:1.0.0",
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "grpc", ["containerPort"] = port, ["protocol"] = "TCP" }),
                ["env"] = new JsonArray([.. Enumerable.Range(0, 8).Select(i => new JsonObject { ["name"] = $"SETTING_{i}", ["value"] = "of no interest here" })]),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" } },
                ["terminationMessagePath"] = "/dev/termination-log",
            }),
            ["tolerations"] = new JsonArray(new JsonObject { ["key"] = "node.kubernetes.io/not-ready", ["operator"] = "Exists", ["effect"] = "NoExecute" }),
        };
        value["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = AddressOf(service, endpoint),
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = AddressOf(service, endpoint) }),
            ["conditions"] = new JsonArray([.. Conditions.Select(type =>
                new JsonObject { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = "2026-01-01T00:00:00Z" })]),
            ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "app", ["ready"] = true, ["restartCount"] = 0, ["containerID"] = $"containerd://{service:x32}{endpoint:x32}" }),
        };
        return value;
    }
}
