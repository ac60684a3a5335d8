namespace Mesh.Gateway.Tests.Support;

/// <summary>Configuration of a small mesh, as an operator writes it.</summary>
public static class MeshYamlText
{
    public const string Host = "echo.prod.svc.cluster.local";

    public static string Gateways(TestGateway gateway) => $"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: istio-system
          labels:
            topology.istio.io/network: vpc-a
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata:
          name: edge
          namespace: istio-system
        spec:
          selector:
            istio: ingressgateway
          servers:
          - port:
              number: {gateway.HttpPort}
              name: http2
              protocol: HTTP2
            hosts:
            - "*"
          - port:
              number: {gateway.HttpsPort}
              name: https
              protocol: HTTPS
            hosts:
            - "*"
            tls:
              mode: SIMPLE
              serverCertificate: {gateway.Certificates}/tls.crt
              privateKey: {gateway.Certificates}/tls.key
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata:
          name: cross-network
          namespace: istio-system
        spec:
          selector:
            istio: eastwestgateway
          servers:
          - port:
              number: {gateway.PassthroughPort}
              name: tls
              protocol: TLS
            hosts:
            - "*.local"
            tls:
              mode: AUTO_PASSTHROUGH
        """;

    public static string Routes(string prefix = "/", string extra = "") => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: echo
          namespace: prod
        spec:
          hosts:
          - "*"
          gateways:
          - istio-system/edge
          http:
          - match:
            - uri:
                prefix: {prefix}
            route:
            - destination:
                host: {Host}
                port:
                  number: 8080
            retries:
              attempts: 3
              retryOn: connect-failure,refused-stream,unavailable,reset,503
        {extra}
        """;

    public static string Service(params int[] ports) => $"""
        apiVersion: v1
        kind: Service
        metadata:
          name: echo
          namespace: prod
        spec:
          ports:
          - name: http
            port: 8080
            targetPort: 8080
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: echo
          namespace: prod
        spec:
          host: {Host}
          trafficPolicy:
            connectionPool:
              tcp:
                connectTimeout: 1s
            outlierDetection:
              consecutive5xxErrors: 3
              consecutiveGatewayErrors: 2
              interval: 1s
              baseEjectionTime: 2s
              maxEjectionPercent: 100
        {string.Concat(ports.Select(Slice))}
        """;

    private static string Slice(int port) => $"""

        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: echo-{port}
          namespace: prod
          labels:
            app: echo
            security.istio.io/tlsMode: istio
        spec:
          serviceAccountName: payments
        status:
          podIP: 127.0.0.1
          phase: Running
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: echo-{port}
          namespace: prod
          labels:
            kubernetes.io/service-name: echo
        addressType: IPv4
        ports:
        - name: http
          port: {port}
          protocol: TCP
        endpoints:
        - addresses:
          - 127.0.0.1
          conditions:
            ready: true
          targetRef:
            kind: Pod
            name: echo-{port}
            namespace: prod
        """;
}
