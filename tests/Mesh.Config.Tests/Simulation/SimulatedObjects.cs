using System.Globalization;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Simulation;

/// <summary>Objects of all kinds that the model reads, drawn so that they often have to do with each other.</summary>
internal sealed class SimulatedObjects(Random random)
{
    private static readonly string[] _names = ["a", "b", "c"];
    private static readonly string[] _spaces = ["prod", "shop"];
    private static readonly string[] _gatewayNames = ["one.elb.example.com", "two.elb.example.com"];

    public static int[] ServicePorts { get; } = [80, 9000];

    public static string[] Hosts { get; } =
    [
        "a.prod.svc.cluster.local", "b.prod.svc.cluster.local", "c.prod.svc.cluster.local", "a.shop.svc.cluster.local",
        "b.shop.svc.cluster.local", "c.shop.svc.cluster.local", "ext.example.com", "gw.istio-system.svc.cluster.local", "a", "b.shop",
        "a.a.prod.svc.cluster.local", "first.b.prod.svc.cluster.local", "first.a",
    ];

    /// <summary>One object as YAML; the same kind, namespace and name come again and again with other content.</summary>
    public string Draw() => random.Next(56) switch
    {
        < 7 => Service(),
        < 16 => Slice(),
        < 19 => Pod(),
        < 21 => Node(),
        < 23 => Namespace(),
        < 25 => WorkloadEntry(),
        < 27 => ServiceEntry(),
        < 30 => DestinationRule(),
        < 33 => VirtualService(),
        < 35 => PeerAuthentication(),
        < 37 => Gateway(),
        < 38 => Sidecar(),
        < 39 => Delegate(),
        < 40 => AuthorizationPolicy(),
        < 41 => RequestAuthentication(),
        < 43 => MeshSettings(),
        < 44 => ApiGateway(),
        < 47 => HttpRoute(),
        < 48 => ReferenceGrant(),
        < 50 => GrpcRoute(),
        < 52 => TlsRoute(),
        _ => GatewayService(),
    };

    private string Name => Pick(_names);

    private string Space => Pick(_spaces);

    private string Service()
    {
        var exportTo = random.Next(6) == 0 ? $"annotations: {{networking.istio.io/exportTo: \"{Pick(".", "*", "shop")}\"}}, " : "";
        var kind = random.Next(12) switch
        {
            0 => "type: ExternalName, externalName: b.prod.svc.cluster.local, ",
            1 => "clusterIP: None, ",
            2 => "internalTrafficPolicy: Local, ",
            3 => "trafficDistribution: PreferClose, ",
            _ => "",
        };
        var selector = random.Next(2) == 0 ? $"selector: {{app: {Name}}}, " : "";
        var second = random.Next(3) == 0 ? "" : ", {name: grpc, port: 9000}";
        return $$"""
            apiVersion: v1
            kind: Service
            metadata: { {{exportTo}}name: {{Name}}, namespace: {{Space}} }
            spec: { {{kind}}{{selector}}ports: [{name: http, port: 80, targetPort: 8080}{{second}}] }
            """;
    }

    private string Slice()
    {
        var (name, space) = (Name, Space);
        var endpoints = Enumerable.Range(0, random.Next(4)).Select(_ =>
        {
            var pod = random.Next(4) == 0 ? $", targetRef: {{kind: Pod, namespace: {space}, name: {Name}}}" : "";
            var zone = random.Next(3) == 0 ? $", zone: {Pick("eu-1a", "eu-1b", "z")}" : "";
            var node = random.Next(3) == 0 ? $", nodeName: {Pick("n1", "n2")}" : "";
            return $"{{addresses: [\"{Address()}\"], conditions: {{ready: {Pick("true", "true", "false")}}}{pod}{zone}{node}}}";
        });
        return $$"""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: {{name}}-{{random.Next(2)}}, namespace: {{space}}, labels: {kubernetes.io/service-name: {{name}}} }
            addressType: IPv4
            ports: [{name: http, port: 8080}, {name: grpc, port: 9000}]
            endpoints: [{{string.Join(", ", endpoints)}}]
            """;
    }

    private string Pod() => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{Name}}, namespace: {{Space}}, labels: {app: {{Name}}, version: {{Pick("v1", "v2")}}{{Mtls()}}{{(random.Next(5) == 0 ? ", topology.istio.io/network: net-x" : "")}} } }
        spec: {nodeName: {{Pick("n1", "n2")}}, serviceAccountName: {{Name}}{{Pick("", $", subdomain: {Name}", $", hostname: first, subdomain: {Name}")}}, containers: [{name: app, ports: [{containerPort: 8080, name: http}]}]}
        status: {podIP: {{Address()}}{{Pick("", ", podIPs: [{ip: 10.0.0.1}, {ip: \"fd00::1\"}]")}}, phase: Running, conditions: [{type: Ready, status: "{{Pick("True", "False")}}"}]}
        """;

    /// <summary>What a name of a network gateway leads to now.</summary>
    public ResolvedHost Resolved() => new()
    {
        ApiVersion = "mesh.internal/v1",
        Kind = nameof(ResolvedHost),
        Metadata = new ObjectMeta { Name = Pick(_gatewayNames) },
        Addresses = [.. Enumerable.Range(1, random.Next(1, 4)).Select(i => $"54.0.0.{i}")],
    };

    private string Node() => $$"""
        apiVersion: v1
        kind: Node
        metadata: {name: {{Pick("n1", "n2")}}, labels: {topology.kubernetes.io/region: {{Pick("eu", "us")}}, topology.kubernetes.io/zone: {{Pick("eu-1a", "eu-1b")}} } }
        status: {addresses: [{type: {{Pick("InternalIP", "ExternalIP")}}, address: 44.0.0.{{random.Next(1, 4)}} }]}
        """;

    private string Namespace()
    {
        var name = Pick("prod", "shop", "istio-system");
        var meta = name == "istio-system" && random.Next(4) > 0 ? $", labels: {{topology.istio.io/network: {Pick("net-a", "net-b")}}}"
            : random.Next(2) == 0 ? ", annotations: {networking.istio.io/traffic-distribution: PreferClose}" : "";
        return $$"""
            apiVersion: v1
            kind: Namespace
            metadata: { name: {{name}}{{meta}} }
            """;
    }

    private string WorkloadEntry() => $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm-{{Name}}, namespace: {{Space}} }
        spec: {address: {{Address()}}, labels: {app: {{Name}}, version: v1}, serviceAccount: {{Name}}, network: {{Pick("net-a", "net-vm")}}, locality: eu/eu-1a, weight: {{random.Next(1, 4)}} }
        """;

    private string ServiceEntry()
    {
        var targets = random.Next(3) switch
        {
            0 => $"workloadSelector: {{labels: {{app: {Name}}}}}, resolution: STATIC",
            1 => $"endpoints: [{{address: {Address()}}}, {{address: {Address()}, labels: {{version: v1}}}}], resolution: STATIC",
            _ => "resolution: DNS",
        };
        var place = random.Next(2) == 0 ? "MESH_INTERNAL" : "MESH_EXTERNAL";
        return $$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: {{Name}}, namespace: {{Space}} }
            spec: {hosts: [{{Pick("ext.example.com", "c.prod.svc.cluster.local", "other.example.com")}}], location: {{place}}, {{targets}}, ports: [{number: 80, name: http, protocol: HTTP}], exportTo: ["{{Pick("*", ".")}}"] }
            """;
    }

    private string DestinationRule() => $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: {{Name}}, namespace: {{Pick("prod", "shop", "istio-system")}} }
        spec:
          host: "{{Pick("a", "b.prod.svc.cluster.local", "*.shop.svc.cluster.local", "*.local", "ext.example.com")}}"
          exportTo: ["{{Pick("*", ".")}}"]
          trafficPolicy: { {{Pick("tls: {mode: DISABLE}", "tls: {mode: ISTIO_MUTUAL}", "outlierDetection: {consecutive5xxErrors: 3}", "loadBalancer: {simple: RANDOM}")}} }
          subsets: [{name: {{Pick("v1", "v2")}}, labels: {version: {{Pick("v1", "v2")}} } }]
        """;

    private string VirtualService() => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: {{Name}}, namespace: {{Space}} }
        spec:
          hosts: ["{{Pick("a", "a.prod.svc.cluster.local", "*.prod.svc.cluster.local", "shop.example.com", "Shop.Example.com", "*.com")}}"]
          gateways: [{{Pick("mesh", "istio-system/edge", "mesh, istio-system/edge", "istio-system/east")}}]
          http:
          - match: [{uri: {prefix: /of-{{Name}} } }]
            delegate: {name: delegate-{{Name}}, namespace: {{Space}} }
          - match: [{uri: {prefix: /{{Name}} } }]
            route: [{destination: {host: {{Pick("b", "b.shop.svc.cluster.local", "c.prod.svc.cluster.local")}}{{Pick("", ", subset: v1", ", port: {number: 9000}")}} } }]
          - route: [{destination: {host: {{Pick("a", "ext.example.com", "nowhere.example.com")}} } }]
        {{Pick("", "", "  tcp: [{route: [{destination: {host: b}}]}]")}}
        """;

    private string Delegate() => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: delegate-{{Name}}, namespace: {{Space}} }
        spec:
          http:
          - route: [{destination: {host: {{Pick("b", "c.prod.svc.cluster.local")}} } }]
        """;

    private string AuthorizationPolicy() => $$"""
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: {{Name}}, namespace: {{Pick("prod", "shop", "istio-system")}} }
        spec: { {{Pick("", "selector: {matchLabels: {app: a}}, ")}}action: {{Pick("ALLOW", "DENY")}}, rules: [{from: [{source: {namespaces: [{{Space}}]} }]}] }
        """;

    private string RequestAuthentication() => $$"""
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: {{Name}}, namespace: {{Pick("prod", "shop", "istio-system")}} }
        spec: {jwtRules: [{issuer: "https://{{Name}}.example.com", jwksUri: "https://{{Name}}.example.com/keys"}]}
        """;

    private string PeerAuthentication()
    {
        var selector = random.Next(2) == 0 ? $"selector: {{matchLabels: {{app: {Name}}}}}, " : "";
        return $$"""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: {{Name}}, namespace: {{Pick("prod", "shop", "istio-system")}} }
            spec: { {{selector}}mtls: {mode: {{Pick("STRICT", "PERMISSIVE", "DISABLE")}} } }
            """;
    }

    private string Gateway() => $$"""
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: {{Pick("edge", "east")}}, namespace: istio-system}
        spec: {selector: {istio: {{Pick("ingress", "east")}} }, servers: [{port: {number: {{Pick("8080", "8081")}}, name: http, protocol: HTTP}, hosts: ["{{Pick("*", "prod/*", "shop.example.com", "*.example.com", "a.prod.svc.cluster.local")}}"]{{Pick("", "", "", ", tls: {httpsRedirect: true}")}} }]}
        """;

    private string MeshSettings() => $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            {{Pick("defaultDestinationRuleExportTo: [\".\"]", "localityLbSetting: {enabled: false}", "connectTimeout: 3s", "serviceSettings: [{settings: {clusterLocal: true}, hosts: [\"*.shop.svc.cluster.local\"]}]")}}
          meshNetworks: |
            networks: { {{Pick("", "net-cidr: {endpoints: [{fromCidr: 10.1.0.0/16}], gateways: [{address: two.elb.example.com, port: 15443}]}", "net-c: {endpoints: [{fromRegistry: eks-c}], gateways: [{registryServiceName: gw.istio-system.svc.cluster.local, port: 15443}]}, net-b: {endpoints: [{fromCidr: 10.0.0.0/8}], gateways: [{address: 9.9.9.9, port: 15443}]}", "net-wide: {endpoints: [{fromCidr: 10.0.0.0/8}], gateways: []}, net-narrow: {endpoints: [{fromCidr: 10.2.0.0/16}]}")}} }
        """;

    private string ApiGateway() => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: gw-api, namespace: istio-system{{Pick("", ", labels: {topology.istio.io/network: net-b}")}} }
        spec: {gatewayClassName: istio, addresses: [{{Pick("", "{type: Hostname, value: one.elb.example.com}")}}], listeners: [{name: http, port: {{Pick("8080", "8090")}}, protocol: HTTP, allowedRoutes: {namespaces: {from: {{Pick("All", "Same")}} } } }, {name: tls, port: {{Pick("15443", "9443")}}, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All} } }, {name: https, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: cert{{Pick("", ", namespace: prod")}} }]}, allowedRoutes: {namespaces: {from: All} } }]}
        """;

    private string HttpRoute()
    {
        var parent = random.Next(2) == 0
            ? "{name: gw-api, namespace: istio-system}"
            : $"{{group: \"\", kind: Service, name: {Name}, port: 80}}";
        return $$"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: {{Name}}, namespace: {{Space}} }
            spec: {parentRefs: [{{parent}}]{{Pick("", ", hostnames: [shop.example.com]", ", hostnames: [\"*.example.com\"]")}}, rules: [{backendRefs: [{name: {{Name}}, namespace: {{Space}}, port: {{Pick("80", "9000")}} }]}]}
            """;
    }

    private string GrpcRoute() => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: GRPCRoute
        metadata: {name: {{Name}}, namespace: {{Space}} }
        spec: {parentRefs: [{{Pick("{name: gw-api, namespace: istio-system}", $"{{group: \"\", kind: Service, name: {Name}}}")}}], rules: [{matches: [{method: {service: {{Pick("a.A", "b.B")}} } }], backendRefs: [{name: {{Name}}, namespace: {{Space}}, port: 9000}, {name: {{Name}}, port: 80, weight: 2}]}]}
        """;

    private string TlsRoute() => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: TLSRoute
        metadata: {name: {{Name}}, namespace: {{Space}} }
        spec: {parentRefs: [{name: gw-api, namespace: istio-system, sectionName: {{Pick("tls", "http")}} }], hostnames: [{{Pick("db.example.com", "\"*.example.com\"")}}], rules: [{backendRefs: [{name: {{Name}}, port: 80}]}]}
        """;

    private string ReferenceGrant() => $$"""
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: {{Name}}, namespace: {{Space}} }
        spec: {from: [{group: gateway.networking.k8s.io, kind: {{Pick("HTTPRoute", "GRPCRoute")}}, namespace: {{Space}} }, {group: gateway.networking.k8s.io, kind: Gateway, namespace: istio-system}], to: [{group: "", kind: {{Pick("Service", "Secret")}} }]}
        """;

    private string Sidecar() => $$"""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: {{Name}}, namespace: {{Pick("prod", "shop", "istio-system")}} }
        spec: {egress: [{{Pick("", "{port: {number: 80, protocol: HTTP, name: http}, hosts: [\"prod/*\"]}, ")}}{hosts: ["{{Pick("./*", "prod/*", "*/*", "shop/b.shop.svc.cluster.local")}}"]}]}
        """;

    private string GatewayService()
    {
        var addresses = string.Join(", ", Enumerable.Range(1, random.Next(3))
            .Select(i => random.Next(3) == 0 ? $"{{hostname: {Pick(_gatewayNames)}}}" : $"{{ip: 34.0.0.{i + random.Next(2)}}}"));
        var onNodes = random.Next(4) == 0;
        var selector = onNodes ? $", annotations: {{traffic.istio.io/nodeSelector: '{Pick("{}", "{\"topology.kubernetes.io/region\": \"eu\"}")}'}}" : "";
        return $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: gw, namespace: istio-system, labels: {topology.istio.io/network: {{Pick("net-a", "net-b", "net-vm", "net-c")}} }{{selector}} }
            spec: {type: {{(onNodes ? "NodePort" : "LoadBalancer")}}, ports: [{name: tls, port: {{Pick("15443", "15443", "443")}}, nodePort: {{Pick("0", "31443")}} }]}
            status: {loadBalancer: {ingress: [{{addresses}}] } }
            """;
    }

    private string Mtls() => random.Next(3) > 0 ? ", security.istio.io/tlsMode: istio" : "";

    private string Address() => string.Create(CultureInfo.InvariantCulture, $"10.{random.Next(3)}.0.{random.Next(1, 9)}");

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
