using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Gateway.Proxies;

/// <summary>mesh-gateway as its users run it: a process of its own with Istio's resources in files, both roles, no access log as with the others.</summary>
internal static class MeshGatewayProxy
{
    /// <summary>Names the program; set by the script that builds it.</summary>
    public const string ProgramVariable = "MESH_GATEWAY";

    public static async Task<BenchProxy> StartAsync(BenchFolder folder, BackendPorts backend)
    {
        var ports = ProxyPorts.Free();
        folder.Write("config/gateways.yaml", Gateways(folder, ports));
        folder.Write("config/services.yaml", string.Join("\n---\n",
            Service("small", backend.Small), Service("large", backend.Large), Pod, Service("sealed", backend.Small, PodReference), Service("bulk", backend.Bulk, PodReference)));
        folder.Write("config/routes.yaml", Routes);
        var process = Start(folder, Path.Combine(folder.Root, "config"));
        await process.ListensAsync(ports.Plain, ports.Tls, ports.Passthrough);
        return new BenchProxy(BenchProxy.Ours, process, ports);
    }

    /// <summary>Starts the program on a folder of configuration.</summary>
    public static BenchProcess Start(BenchFolder folder, string config, params string[] more) =>
        StartFrom(folder, $"file:{config}@bench", FreePort.Next(), more);

    /// <summary>Starts the program on a source of configuration.</summary>
    /// <param name="source">Of the cluster <c>bench</c>.</param>
    public static BenchProcess StartFrom(BenchFolder folder, string source, int healthPort, params string[] more)
    {
        var program = Environment.GetEnvironmentVariable(ProgramVariable)
            ?? throw new InvalidOperationException($"{ProgramVariable} does not name the program; run ./mesh bench");
        return BenchProcess.Start(Path.Combine(folder.Root, "gateway.log"), program, [
            "--cluster", "bench", "--network", "net", "--role", "edge", "--role", "east-west", "--workload-address", "127.0.0.1",
            "--health-port", $"{healthPort}", "--source", source,
            "--identity", $"files:{folder.Identity}", "--log-level", "warning", .. more]);
    }

    public static string Gateways(BenchFolder folder, ProxyPorts ports) => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: istio-system, labels: {topology.istio.io/network: net} }
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: {{ports.Plain}}, name: http2, protocol: HTTP2}
            hosts: ["*"]
          - port: {number: {{ports.Tls}}, name: https, protocol: HTTPS}
            hosts: ["*"]
            tls: {mode: SIMPLE, minProtocolVersion: TLSV1_3, serverCertificate: {{folder.Certificate}}, privateKey: {{folder.Key}} }
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network, namespace: istio-system}
        spec:
          selector: {istio: eastwestgateway}
          servers:
          - port: {number: {{ports.Passthrough}}, name: tls, protocol: TLS}
            hosts: ["*.local"]
            tls: {mode: AUTO_PASSTHROUGH}
        """;

    private const string PodReference = ", targetRef: {kind: Pod, name: sidecar, namespace: bench}";

    /// <summary>Only what accepts mesh mTLS is reached by its SNI.</summary>
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: sidecar, namespace: bench, labels: {security.istio.io/tlsMode: istio} }
        spec: {serviceAccountName: bench}
        status: {podIP: 127.0.0.1, phase: Running}
        """;

    public static string Service(string name, int port, string more = "") => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: bench}
        spec: {ports: [{name: grpc, port: {{BenchFolder.ServicePort}}, targetPort: {{port}} }]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: {{name}}, namespace: bench, labels: {kubernetes.io/service-name: {{name}} } }
        addressType: IPv4
        ports: [{name: grpc, port: {{port}}, protocol: TCP}]
        endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}{{more}} }]
        """;

    private static string Routes => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: echo, namespace: bench}
        spec:
          hosts: ["*"]
          gateways: [istio-system/edge]
          http:
          - match: [{uri: {exact: {{GatewayCase.SmallPath}} } }]
            route: [{destination: {host: {{BenchFolder.SmallHost}}, port: {number: {{BenchFolder.ServicePort}} } } }]
          - match: [{uri: {exact: {{GatewayCase.LargePath}} } }]
            route: [{destination: {host: large.bench.svc.cluster.local, port: {number: {{BenchFolder.ServicePort}} } } }]
        """;
}
