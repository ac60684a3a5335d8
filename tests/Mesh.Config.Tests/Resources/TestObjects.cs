using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources;

/// <summary>One object of every kind with fields of every type.</summary>
internal static class TestObjects
{
    public const string Text =
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: istio-system, labels: {topology.istio.io/network: vpc-a}}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: n1, labels: {topology.kubernetes.io/zone: us-east-1a}}
        status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: p1, namespace: prod, creationTimestamp: "2026-01-02T03:04:05Z", uid: u-1, labels: {app: x, version: "1.20", flag: "true"}}
        spec: {nodeName: n1, serviceAccountName: payments, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
        status: {phase: Running, podIP: 10.0.0.7, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: payments, namespace: prod}
        spec: {selector: {app: x}, ports: [{name: grpc, port: 8080, targetPort: http}, {name: http, port: 8081, targetPort: 8081}]}
        status: {loadBalancer: {ingress: [{ip: 198.51.100.10}, {hostname: lb.example.com}]}}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: payments-1, namespace: prod, labels: {kubernetes.io/service-name: payments}}
        addressType: IPv6
        endpoints: [{addresses: ["2001:db8::1"], conditions: {ready: false, terminating: true}, zone: us-east-1a, targetRef: {kind: Pod, name: p1, namespace: prod}}]
        ports: [{name: grpc, port: 8080, protocol: TCP}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*", prod/*.example.com], tls: {mode: SIMPLE, serverCertificate: /etc/c.pem, privateKey: /etc/k.pem, minProtocolVersion: TLSV1_3}}
          - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {httpsRedirect: true}}
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: VirtualService
        metadata: {name: payments, namespace: prod}
        spec:
          hosts: [payments.example.com]
          gateways: [istio-system/edge, mesh]
          http:
          - name: canary
            match: [{uri: {prefix: /v1/}, headers: {x-canary: {exact: ""}, x-any: {}}, ignoreUriCase: true, port: 443}]
            route: [{destination: {host: payments, subset: v2, port: {number: 8080}}, weight: 10, headers: {request: {set: {a: "1"}, remove: [b]}}}, {destination: {host: payments}, weight: 90}]
            timeout: 1.5s
            retries: {attempts: 3, perTryTimeout: 250ms, retryOn: "5xx,503", retryIgnorePreviousHosts: false}
            rewrite: {uri: /}
          - redirect: {uri: "/a: b # c", redirectCode: 302, derivePort: FROM_REQUEST_PORT}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: payments, namespace: prod, annotations: {note: "two\nlines", empty: "", odd: "- x: 'y'", number: "0x10"}}
        spec:
          host: payments
          trafficPolicy: {tls: {}, loadBalancer: {localityLbSetting: {enabled: false, distribute: [{from: "us-east-1/*", to: {"us-east-1/*": 80, "us-west-2/*": 20}}]}}, outlierDetection: {consecutive5xxErrors: 0, interval: 10s}}
          subsets: [{name: v2, labels: {version: v2}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: billing, namespace: prod}
        spec: {hosts: [billing.example.com], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.1.1.1, weight: 3, ports: {http: 8080}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: billing-1, namespace: prod, annotations: {proxy.istio.io/health-checks-enabled: "true"}}
        spec: {address: 10.2.2.2, ports: {http: 15006}, labels: {app: billing}, network: vpc-legacy, locality: us-east-1/us-east-1c, serviceAccount: billing}
        status: {conditions: [{type: Healthy, status: "False", message: "503: try later", lastProbeTime: "2026-11-22T12:00:00.25Z"}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: billing, namespace: prod}
        spec: {metadata: {labels: {app: billing}}, template: {serviceAccount: billing}, probe: {httpGet: {path: /healthz, port: 9080, httpHeaders: [{name: A, value: b}]}, periodSeconds: 5}}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: ports, namespace: prod}
        spec: {selector: {matchLabels: {app: x}}, mtls: {mode: STRICT}, portLevelMtls: {8081: {mode: PERMISSIVE}}}
        """;

    public static IEnumerable<MeshObject> Everything()
    {
        var result = MeshYaml.Read(Text, "everything.yaml");
        Assert.Empty(result.Diagnostics);
        return result.Objects;
    }
}
