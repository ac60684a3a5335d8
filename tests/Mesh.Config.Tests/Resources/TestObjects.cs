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
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: payments, namespace: prod}
        spec:
          workloadSelector: {labels: {app: payments}}
          ingress: [{port: {number: 8080, protocol: HTTP, name: http}, bind: 0.0.0.0, captureMode: NONE, defaultEndpoint: "127.0.0.1:9080", connectionPool: {http: {http2MaxRequests: 7}}}]
          egress: [{port: {number: 3306, protocol: MYSQL, name: mysql}, hosts: [./*]}, {captureMode: IPTABLES, hosts: ["./*", istio-system/*, "~prod/secret.example.com"]}]
          inboundConnectionPool: {tcp: {maxConnections: 10}}
          outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: egress.prod.svc.cluster.local, port: {number: 8443}}}
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: ProxyConfig
        metadata: {name: small, namespace: prod}
        spec: {selector: {matchLabels: {app: x}}, concurrency: 0, environmentVariables: {A: "1"}, image: {imageType: distroless}}
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: jwt, namespace: prod}
        spec:
          targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}]
          jwtRules:
          - issuer: https://issuer.example.com
            audiences: [payments]
            jwksUri: https://issuer.example.com/keys
            fromHeaders: [{name: Authorization, prefix: "Bearer "}]
            fromParams: [access_token]
            fromCookies: [session]
            outputPayloadToHeader: x-payload
            forwardOriginalToken: true
            outputClaimToHeaders: [{header: x-sub, claim: sub}]
            timeout: 3s
            spaceDelimitedClaims: [scp]
            presence: REQUIRED
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: callers, namespace: prod}
        spec:
          selector: {matchLabels: {app: payments}}
          action: DENY
          rules:
          - from: [{source: {notPrincipals: ["cluster.local/ns/prod/sa/*"], ipBlocks: [10.0.0.0/8]}}]
            to: [{operation: {methods: [POST], paths: ["/v1/{*}/charges"], ports: ["8080"]}}]
            when: [{key: "request.headers[x-env]", values: [live], notValues: [test*]}]
          - {}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: ask, namespace: prod}
        spec: {action: CUSTOM, provider: {name: authz}, rules: [{to: [{operation: {hosts: [a.example.com]}}]}]}
        ---
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: mesh, namespace: istio-system}
        spec:
          tracing: [{match: {mode: SERVER}, providers: [{name: otel}], randomSamplingPercentage: 0, disableSpanReporting: false, customTags: {a: {literal: {value: x}}, b: {header: {name: h, defaultValue: d}}, c: {environment: {name: E}}}}]
          metrics: [{providers: [{name: prometheus}], overrides: [{match: {metric: TCP_SENT_BYTES, mode: CLIENT}, disabled: true}, {match: {customMetric: mine}, tagOverrides: {x: {operation: REMOVE}, y: {value: "'1'"}}}], reportingInterval: 5s}]
          accessLogging: [{match: {mode: SERVER}, providers: [{name: file}], disabled: false, filter: {expression: response.code >= 400}}]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            trustDomain: mesh.example.com
            defaultConfig: {discoveryAddress: "istiod.istio-system.svc:15012", tracing: {zipkin: {address: "zipkin:9411"}}, proxyMetadata: {A: "1"}}
            outboundTrafficPolicy: {mode: REGISTRY_ONLY}
          meshNetworks: |
            networks: {vpc-a: {endpoints: [{fromRegistry: eks-a}, {fromCidr: 10.0.0.0/8}], gateways: [{address: 198.51.100.10, port: 15443}]}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: edge-cert, namespace: istio-system}
        type: kubernetes.io/tls
        data: {tls.crt: Y2VydA==, tls.key: a2V5}
        stringData: {ca.crt: "ca\n"}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata: {name: istio}
        spec: {controllerName: istio.io/gateway-controller, description: "Istio's own"}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          gatewayClassName: istio
          addresses: [{type: Hostname, value: edge.istio-system.svc.cluster.local}]
          infrastructure: {labels: {a: b}}
          listeners:
          - {name: https, hostname: "*.example.com", port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: edge-cert}]}, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}}, kinds: [{kind: HTTPRoute}]}}
          - {name: cross, port: 15443, protocol: TLS, tls: {mode: Passthrough, options: {gateway.istio.io/listener-protocol: auto-passthrough}}}
        status: {addresses: [{type: IPAddress, value: 198.51.100.10}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: payments, namespace: prod}
        spec:
          parentRefs: [{name: edge, namespace: istio-system, sectionName: https}, {group: "", kind: Service, name: payments, port: 8080}]
          hostnames: [payments.example.com]
          rules:
          - name: main
            matches: [{path: {type: PathPrefix, value: /v1}, headers: [{name: x, value: "1"}], queryParams: [{type: RegularExpression, name: q, value: ".*"}], method: POST}]
            filters:
            - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], remove: [c]}}
            - {type: URLRewrite, urlRewrite: {hostname: h.example.com, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}
            - {type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}, percent: 0}}
            - {type: CORS, cors: {allowOrigins: ["https://x.example.com"], allowCredentials: true, maxAge: 60}}
            backendRefs: [{name: payments, port: 8080, weight: 0}, {name: other, namespace: apart, port: 8080, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: a, value: ""}]}}]}]
            timeouts: {request: 1h30m, backendRequest: 0s}
            retry: {codes: [503], attempts: 0, backoff: 100ms}
          - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, path: {type: ReplaceFullPath, replaceFullPath: /x}, statusCode: 301}}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: GRPCRoute
        metadata: {name: payments, namespace: prod}
        spec: {parentRefs: [{name: edge}], rules: [{matches: [{method: {service: payments.v1.Payments, method: Charge}}, {method: {type: RegularExpression, service: "p.*"}}], backendRefs: [{name: payments, port: 8080}]}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1alpha2
        kind: TLSRoute
        metadata: {name: passthrough, namespace: prod}
        spec: {parentRefs: [{name: edge, sectionName: cross}], hostnames: [a.example.com], rules: [{backendRefs: [{name: payments, port: 443}]}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: from-prod, namespace: apart}
        spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: prod}], to: [{group: "", kind: Service}]}
        """;

    public static IEnumerable<MeshObject> Everything()
    {
        var result = MeshYaml.Read(Text, "everything.yaml");
        Assert.Empty(result.Diagnostics);
        return result.Objects;
    }
}
