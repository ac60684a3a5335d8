using System.Globalization;

namespace Mesh.Bench.Agents;

/// <summary>Istio's resources of a mesh with two networks: callers and their gateway in one, machines and theirs in the other.</summary>
internal static class RigResources
{
    public const string Cluster = "eks-a";
    public const string Namespace = "prod";
    public const string Group = "legacy-billing";
    public const string Host = "legacy-billing.prod.svc.cluster.local";
    public const string CloudNetwork = "vpc-a";
    public const string MachinesNetwork = "vpc-legacy";
    public const string CloudGateway = "127.10.0.1";
    public const string MachinesGateway = "127.30.0.1";
    public const string Caller = "127.30.9.1";
    public const int EdgePort = 8080;
    public const int EastWestPort = 15443;
    public const int InboundPort = 15006;
    public const int OutboundPort = 15001;
    public const int RegistryPort = 15016;
    public const int HttpPort = 9080;
    public const int GrpcPort = 9090;

    /// <summary>SNI by which the machines are reached through their network's gateway.</summary>
    public static string Sni => string.Create(CultureInfo.InvariantCulture, $"outbound_.{HttpPort}_._.{Host}");

    public static string MachineAddress(int machine) =>
        string.Create(CultureInfo.InvariantCulture, $"127.30.{1 + (machine / 200)}.{10 + (machine % 200)}");

    /// <summary>As <c>manifests/</c> and the end to end tests have it: reads are tried again, a connection may take a second.</summary>
    public static string Yaml => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: istio-system, labels: {topology.istio.io/network: {{CloudNetwork}} } }
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: legacy-eastwestgateway
          namespace: istio-system
          labels: {istio: eastwestgateway, topology.istio.io/network: {{MachinesNetwork}} }
        spec:
          ports: [{name: tls, port: {{EastWestPort}}, targetPort: {{EastWestPort}} }]
          externalIPs: [{{MachinesGateway}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network-gateway, namespace: istio-system}
        spec:
          selector: {istio: eastwestgateway}
          servers:
          - port: {number: {{EastWestPort}}, name: tls, protocol: TLS}
            tls: {mode: AUTO_PASSTHROUGH}
            hosts: ["*.local"]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: {{EdgePort}}, name: http2, protocol: HTTP2}
            hosts: ["*"]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: legacy-billing, namespace: prod}
        spec:
          hosts: [{{Host}}]
          location: MESH_INTERNAL
          resolution: STATIC
          ports:
          - {number: {{HttpPort}}, name: http, protocol: HTTP}
          - {number: {{GrpcPort}}, name: grpc, protocol: GRPC}
          workloadSelector: {labels: {app: legacy-billing} }
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: {{Group}}, namespace: prod}
        spec:
          metadata: {labels: {app: legacy-billing} }
          template:
            serviceAccount: legacy-billing
            network: {{MachinesNetwork}}
            ports: {http: {{HttpPort}}, grpc: {{GrpcPort}} }
          probe:
            periodSeconds: 1
            timeoutSeconds: 1
            failureThreshold: 3
            httpGet: {path: /healthz, port: {{HttpPort}} }
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: legacy-billing, namespace: prod}
        spec:
          hosts: ["*"]
          gateways: [istio-system/edge]
          http:
          - route: [{destination: {host: {{Host}}, port: {number: {{HttpPort}} } } }]
            timeout: 15s
            retries: {attempts: 3, perTryTimeout: 2s, retryOn: "connect-failure,refused-stream,reset,503"}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: legacy-billing, namespace: prod}
        spec:
          host: {{Host}}
          trafficPolicy: {connectionPool: {tcp: {connectTimeout: 1s} } }
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: prod}
        spec: {mtls: {mode: STRICT} }
        """;
}
