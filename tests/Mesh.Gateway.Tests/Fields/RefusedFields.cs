namespace Mesh.Gateway.Tests.Fields;

/// <summary>For each refused field an object that uses it, and words of the diagnostic that it gets.</summary>
internal static class RefusedFields
{
    /// <summary>
    /// Keys are <c>Kind/group/Message.field</c>, or <c>Kind/group/Message.*</c> for all fields of a message that only stands in a refused field.
    /// </summary>
    public static IReadOnlyDictionary<string, Sample> All { get; } = Make();

    private static Dictionary<string, Sample> Make()
    {
        var all = new Dictionary<string, Sample>(StringComparer.Ordinal);
        const string istio = "networking.istio.io";
        const string api = "gateway.networking.k8s.io";

        Gateway("Port.targetPort", "port: {number: 80, name: http, protocol: HTTP, targetPort: 81}, hosts: [\"*\"]", "targetPort: is no longer supported");
        Tls("credentialNames", "credentialNames: [a, b]", certificate: false);
        Tls("tlsCertificates", "tlsCertificates: [{serverCertificate: /c, privateKey: /k, caCertificates: /ca}]", certificate: false);
        Tls("insecureSkipVerify", "insecureSkipVerify: true");
        Same($"Gateway/{istio}/ServerTLSSettings.TLSCertificate.*", $"Gateway/{istio}/ServerTLSSettings.tlsCertificates");

        Add($"VirtualService/{istio}/HTTPFaultInjection.Delay.exponentialDelay", istio, "v1", "VirtualService",
            "hosts: [x.example], http: [{fault: {delay: {exponentialDelay: 1s}}, route: [{destination: {host: a.test}}]}]", "exponentialDelay: is not supported");
        Add($"VirtualService/{istio}/HTTPFaultInjection.Abort.http2Error", istio, "v1", "VirtualService",
            "hosts: [x.example], http: [{fault: {abort: {http2Error: x}}, route: [{destination: {host: a.test}}]}]", "http2Error: is not supported");

        Policy("TrafficPolicy.tunnel", "tunnel: {targetHost: a.test, targetPort: 80}", "tunnel", "TrafficPolicy.TunnelSettings");
        Policy("TrafficPolicy.proxyProtocol", "proxyProtocol: {version: V2}", "proxyProtocol", "TrafficPolicy.ProxyProtocol");
        Policy("TrafficPolicy.RetryBudget.budgetInterval", "retryBudget: {budgetInterval: 10s}", "retryBudget.budgetInterval");
        Policy("LoadBalancerSettings.zoneAwareLbSetting", "loadBalancer: {zoneAwareLbSetting: {enabled: true}}", "loadBalancer.zoneAwareLbSetting", "ZoneAwareLbSetting");
        Policy("LoadBalancerSettings.backendUtilization", "loadBalancer: {backendUtilization: {weightUpdatePeriod: 1s}}", "loadBalancer.backendUtilization", "BackendUtilization");
        Policy("HTTPCookie.attributes", "loadBalancer: {consistentHash: {httpCookie: {name: c, attributes: [{name: SameSite, value: Lax}]}}}", "httpCookie.attributes", "HTTPCookie.Attribute");
        Policy("OutlierDetection.outlierDetectionHttpErrorCodes", "outlierDetection: {outlierDetectionHttpErrorCodes: [429]}", "outlierDetectionHttpErrorCodes");
        Add($"DestinationRule/{istio}/OutlierDetection.consecutiveErrors", istio, "v1", "DestinationRule",
            "host: a.test, trafficPolicy: {outlierDetection: {consecutiveErrors: 3}}", "consecutiveErrors is deprecated and has no effect");
        Policy("ClientTLSSettings.clientCertificate", "tls: {mode: MUTUAL, clientCertificate: /c, privateKey: /k}", "tls.clientCertificate");
        Policy("ClientTLSSettings.privateKey", "tls: {mode: MUTUAL, clientCertificate: /c, privateKey: /k}", "tls.privateKey");
        Policy("ClientTLSSettings.caCertificates", "tls: {mode: SIMPLE, caCertificates: /ca}", "tls.caCertificates");
        Policy("ClientTLSSettings.credentialName", "tls: {mode: SIMPLE, credentialName: c}", "tls.credentialName");
        Policy("ClientTLSSettings.insecureSkipVerify", "tls: {mode: SIMPLE, insecureSkipVerify: true}", "tls.insecureSkipVerify");
        Policy("ClientTLSSettings.caCrl", "tls: {mode: SIMPLE, caCrl: /crl}", "tls.caCrl");

        ApiGateway("GatewaySpec.backendTLS", "backendTLS: {clientCertificateRef: {name: c}}", "spec.backendTLS");
        ApiGateway("GatewaySpec.tls", "tls: {frontend: {}}", "spec.tls");
        ApiGateway("GatewaySpec.allowedListeners", "allowedListeners: {namespaces: {from: All}}", "spec.allowedListeners");
        ApiGateway("GatewaySpec.defaultScope", "defaultScope: All", "spec.defaultScope");
        Add($"Gateway/{api}/GatewayTLSConfig.frontendValidation", api, "v1", "Gateway",
            "gatewayClassName: istio, listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}], frontendValidation: {caCertificateRefs: []}}}]",
            "tls.frontendValidation is not honoured");

        foreach (var kind in new[] { "HTTPRoute", "GRPCRoute" })
        {
            Route(kind, $"{kind}Spec.useDefaultGateways", "useDefaultGateways: All, rules: [{}]", "spec.useDefaultGateways is not honoured");
            Route(kind, $"{kind}Rule.sessionPersistence", "rules: [{sessionPersistence: {sessionName: s}}]", "sessionPersistence is not honoured", "SessionPersistence");
            Route(kind, "HTTPRouteFilter.extensionRef", "rules: [{filters: [{type: ExtensionRef, extensionRef: {group: x.io, kind: X, name: x}}]}]",
                "filter ExtensionRef (its requests are answered 500) is not honoured", "ParametersReference");
        }

        Route("TLSRoute", "TLSRouteSpec.useDefaultGateways", "useDefaultGateways: All, rules: [{backendRefs: [{name: a, port: 443}]}]", "spec.useDefaultGateways is not honoured");
        Route("HTTPRoute", "HTTPRouteFilter.externalAuth", "rules: [{filters: [{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: a, port: 80}}}]}]",
            "filter ExternalAuth (its requests are answered 500) is not honoured");
        GrpcFilter("externalAuth", "type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: a, port: 80}}");
        GrpcFilter("requestRedirect", "type: RequestRedirect, requestRedirect: {hostname: b.example}", "HTTPRequestRedirectFilter", "HTTPPathModifier");
        GrpcFilter("urlRewrite", "type: URLRewrite, urlRewrite: {hostname: b.example}", "HTTPURLRewriteFilter");
        GrpcFilter("cors", "type: CORS, cors: {allowOrigins: [\"*\"]}", "HTTPCORSFilter");
        return all;

        void Add(string key, string group, string version, string kind, string spec, string says)
        {
            var name = $"field-{all.Count}";
            all.Add(key, new Sample(
                $"{{apiVersion: {group}/{version}, kind: {kind}, metadata: {{name: {name}, namespace: prod}}, spec: {{{spec}}}}}", $"{kind} prod/{name}", says));
        }

        void Same(string key, string like) => all.Add(key, all[like]);

        void Gateway(string field, string server, string says) =>
            Add($"Gateway/{istio}/{field}", istio, "v1", "Gateway", $"selector: {{a: b}}, servers: [{{{server}}}]", says);

        void Tls(string field, string settings, bool certificate = true) => Gateway(
            $"ServerTLSSettings.{field}",
            $"port: {{number: 443, name: https, protocol: HTTPS}}, hosts: [\"*\"], tls: {{mode: MUTUAL, {(certificate ? "serverCertificate: /c, privateKey: /k, caCertificates: /ca" : "caCertCredentialName: ca2")}, {settings}}}",
            $"tls.{field} is not honoured");

        void Policy(string field, string policy, string says, string? inner = null)
        {
            Add($"DestinationRule/{istio}/{field}", istio, "v1", "DestinationRule", $"host: a.test, trafficPolicy: {{{policy}}}", says);
            if (inner is not null) Same($"DestinationRule/{istio}/{inner}.*", $"DestinationRule/{istio}/{field}");
        }

        void ApiGateway(string field, string spec, string says) => Add(
            $"Gateway/{api}/{field}", api, "v1", "Gateway",
            $"gatewayClassName: istio, listeners: [{{name: a, port: 80, protocol: HTTP}}], {spec}", says + " is not honoured");

        void Route(string kind, string field, string spec, string says, string? inner = null)
        {
            Add($"{kind}/{api}/{field}", api, kind == "TLSRoute" ? "v1alpha3" : "v1", kind,
                $"parentRefs: [{{name: gw}}], hostnames: [a.example], {spec}", says);
            if (inner is not null) Same($"{kind}/{api}/{inner}.*", $"{kind}/{api}/{field}");
        }

        void GrpcFilter(string field, string filter, params string[] inner)
        {
            Route("GRPCRoute", $"HTTPRouteFilter.{field}", $"rules: [{{filters: [{{{filter}}}]}}]", "filters[0]");
            foreach (var message in inner) Same($"GRPCRoute/{api}/{message}.*", $"GRPCRoute/{api}/HTTPRouteFilter.{field}");
        }
    }

    /// <param name="Subject">Of the object, as diagnostics name it.</param>
    /// <param name="Says">Words of the diagnostic.</param>
    public sealed record Sample(string Yaml, string Subject, string Says);
}
