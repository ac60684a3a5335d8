using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of a Sidecar.</summary>
/// <remarks>Source: istio pkg/config/validation/validation.go, ValidateSidecar.</remarks>
internal static class SidecarRules
{
    public static void Check(SidecarSpec value, RuleScope at)
    {
        if (value is { WorkloadSelector: null, Ingress.IsEmpty: true, Egress.IsEmpty: true, InboundConnectionPool: null, OutboundTrafficPolicy: null })
            at.Error("the Sidecar is empty; add egress or remove it");
        if (value.WorkloadSelector is { } selector) CommonRules.Selector(selector.Labels, at["workloadSelector"], "labels");
        if (value.InboundConnectionPool is { } pool) DestinationRuleRules.ConnectionPool(pool, at["inboundConnectionPool"]);
        var ports = new HashSet<uint>();
        for (var i = 0; i < value.Ingress.Length; i++)
        {
            CheckIngress(value.Ingress[i], at["ingress"][i]);
            if (value.Ingress[i].Port is { Number: > 0 } port && !ports.Add(port.Number))
                at["ingress"][i]["port"]["number"].Error(string.Create(CultureInfo.InvariantCulture, $"port {port.Number} is given twice; remove one"));
        }

        CheckEgress(value, at["egress"]);
        if (value.OutboundTrafficPolicy is not { EgressProxy: { } proxy } policy) return;
        var here = at["outboundTrafficPolicy"]["egressProxy"];
        if (policy.Mode != OutboundTrafficMode.AllowAny) here.Error("needs mode ALLOW_ANY; with REGISTRY_ONLY unknown hosts are not called");
        if (proxy.Port is null) here.Missing("port", "the proxy is called at one port");
    }

    private static void CheckIngress(SidecarIngressListener value, RuleScope at)
    {
        var port = value.Port!;
        if (port.Number == 0) at["port"].Missing("number", "an ingress listener needs a port");
        CheckPort(port, at["port"]);
        if (value.Bind.Length > 0 && !GatewayRules.IsBind(value.Bind)) at["bind"].Error($"\"{value.Bind}\" is neither an IP address nor unix://");
        if (value.DefaultEndpoint.Length > 0 && !IsLocalEndpoint(value.DefaultEndpoint))
            at["defaultEndpoint"].Error($"\"{value.DefaultEndpoint}\" must be 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT, :PORT or unix:///PATH");
        var protocol = Protocols.Parse(port.Protocol);
        if (value.Tls is { } tls) CheckTls(tls, protocol, at["tls"]);
        if (value.ConnectionPool is not { } pool) return;
        DestinationRuleRules.ConnectionPool(pool, at["connectionPool"]);
        if (pool.Http is not null && protocol is not (null or ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.Grpc
            or ServiceProtocol.GrpcWeb or ServiceProtocol.HttpProxy))
            at["connectionPool"]["http"].Warning($"has no effect on a port with protocol {port.Protocol}", DiagnosticCodes.NoEffect);
    }

    private static void CheckTls(ServerTlsSettings value, ServiceProtocol? protocol, RuleScope at)
    {
        if (protocol is not (ServiceProtocol.Https or ServiceProtocol.Tls)) at.Error("needs a port with protocol HTTPS or TLS");
        if (value.Mode is ServerTlsMode.IstioMutual or ServerTlsMode.AutoPassthrough) at["mode"].Error("is for gateways only; use SIMPLE or MUTUAL");
        if (!value.SubjectAltNames.IsEmpty) at["subjectAltNames"].Error("is for gateways only; remove it");
        if (value.HttpsRedirect) at["httpsRedirect"].Error("is for gateways only; remove it");
        if (value.CredentialName.Length > 0) at["credentialName"].Error("is for gateways only; use certificate files");
        else if (!value.CredentialNames.IsEmpty) at["credentialNames"].Error("is for gateways only; use certificate files");
        else if (value.Mode is not (ServerTlsMode.IstioMutual or ServerTlsMode.AutoPassthrough)) GatewayRules.Tls(value, at);
    }

    private static void CheckEgress(SidecarSpec spec, RuleScope at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ports = new HashSet<uint>();
        for (var i = 0; i < spec.Egress.Length; i++)
        {
            var listener = spec.Egress[i];
            if (listener.Port is null && i < spec.Egress.Length - 1)
                at[i].Error("a listener without port takes everything else; there can be one, and it must be the last");
            else if (listener.Port is { Number: > 0 } port && !ports.Add(port.Number))
                at[i]["port"]["number"].Error(string.Create(CultureInfo.InvariantCulture, $"port {port.Number} is given twice; remove one"));
            CheckEgressPort(listener, at[i]);
            if (listener.Hosts.IsEmpty) at[i].Missing("hosts", "a listener without hosts reaches nothing; write ~/* for that");
            for (var j = 0; j < listener.Hosts.Length; j++)
            {
                CheckHost(listener.Hosts[j], at[i]["hosts"][j]);
                if (listener.Port is null && !seen.Add(listener.Hosts[j])) at[i]["hosts"][j].Warning($"\"{listener.Hosts[j]}\" is given twice; remove one");
            }

            if (listener.Hosts.Length > 1 && listener.Hosts.Contains("*/*") && listener.Hosts.Any(host => host != "*/*" && !host.StartsWith('~')))
                at[i]["hosts"].Warning("*/* includes all other hosts; remove them", DiagnosticCodes.NoEffect);
        }
    }

    private static void CheckEgressPort(SidecarEgressListener value, RuleScope at)
    {
        if (value.Port is { } port)
        {
            CheckPort(port, at["port"]);
            if (port.Number == 0)
            {
                if (!WorkloadRules.IsUnix(value.Bind)) at["port"].Missing("number", "only a socket path as bind has none");
                else if (value.CaptureMode == CaptureMode.Iptables) at["captureMode"].Error("a socket path cannot be captured by IPTABLES; use NONE");
            }
        }
        else if (value.Bind.Length > 0 && WorkloadRules.IsUnix(value.Bind))
        {
            at["bind"].Error("a socket path needs a port entry with protocol and name");
        }

        if (value.Bind.Length > 0 && !GatewayRules.IsBind(value.Bind)) at["bind"].Error($"\"{value.Bind}\" is neither an IP address nor unix://");
    }

    private static void CheckPort(SidecarPort value, RuleScope at)
    {
        if (value.Number > 65535) at["number"].Error(string.Create(CultureInfo.InvariantCulture, $"port {value.Number} must be between 1 and 65535"));
        if (!HostNames.IsDnsLabel(value.Name)) at["name"].Error($"\"{value.Name}\" is not a DNS label");
        if (value.Protocol.Length > 0 && !Protocols.IsKnown(value.Protocol))
            at["protocol"].Error($"\"{value.Protocol}\" is not one of {string.Join(", ", Protocols.Names)}");
        if (value.TargetPort != 0) at["targetPort"].Error("is not for sidecars; use defaultEndpoint");
    }

    private static bool IsLocalEndpoint(string endpoint)
    {
        if (WorkloadRules.IsUnix(endpoint)) return endpoint.Length > "unix://".Length;
        var colon = endpoint.LastIndexOf(':');
        return colon >= 0
               && endpoint[..colon] is "" or "127.0.0.1" or "0.0.0.0" or "[::1]" or "[::]"
               && int.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
               && port is > 0 and <= 65535;
    }

    private static void CheckHost(string host, RuleScope at)
    {
        var slash = host.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            at.Error($"\"{host}\" must be namespace/host; write ./{host} for the own namespace or */{host} for any");
            return;
        }

        var (space, name) = (host[..slash], host[(slash + 1)..]);
        var excluded = space.Length > 1 && space[0] == '~' ? space[1..] : space;
        if (excluded is not ("*" or "." or "~") && !HostNames.IsDnsLabel(excluded))
            at.Error($"\"{space}\" in \"{host}\" is not a namespace; write *, ., ~ or a name");
        if (space == "~" && name != "*") at.Error($"\"{host}\" must be ~/*, no host at all");
        if (name != "*" && !HostNames.IsWildcardDomain(name)) at.Error($"\"{name}\" in \"{host}\" is not a host name (a wildcard only as first label)");
    }
}
