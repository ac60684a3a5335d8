using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Finds the Gateway API Gateways that a gateway proxy serves.</summary>
/// <remarks>
/// Source: Istio, "Kubernetes Gateway API": a Gateway is served by the proxies of its own deployment, labelled with its
/// name, or by those behind the Service that <c>spec.addresses</c> names. istio pilot/pkg/config/kube/gateway/conversion.go.
/// </remarks>
internal static class GatewayApiListeners
{
    public const string GatewayNameLabel = "gateway.networking.k8s.io/gateway-name";
    private const string Controller = "istio.io/gateway-controller";
    private const string ProtocolOption = "gateway.istio.io/listener-protocol";
    private const string TerminateOption = "gateway.istio.io/tls-terminate-mode";

    public static IEnumerable<AttachedListener> Of(TrafficConfig config, ProxyScope scope, MeshModelOptions options) =>
        from gateway in config.ApiGateways
        where config.ControllerOf(gateway.Spec.GatewayClassName) == Controller && IsServedBy(gateway, config, scope, options)
        from listener in gateway.Spec.Listeners
            // HBONE is the ambient mesh's and not an HTTP listener.
        where listener.Protocol is "HTTP" or "TCP" || listener is { Protocol: "HTTPS" or "TLS", Tls: not null }
        where UngrantedCertificate(config.ReferenceGrantsIn, gateway, listener) is null
        select Convert(gateway, listener);

    /// <summary>A certificate of another namespace that does not let the Gateway have it: the listener is then not served. Null: none.</summary>
    /// <param name="grantsIn">Of a namespace.</param>
    public static SecretReference? UngrantedCertificate(
        Func<string, ImmutableArray<ReferenceGrant>> grantsIn, GatewayApiGateway gateway, Listener listener) =>
        listener.Tls?.CertificateRefs.FirstOrDefault(secret =>
            secret.Namespace.Length > 0 && secret.Namespace != gateway.Metadata.Namespace
            && !ReferenceGrants.Allow(grantsIn(secret.Namespace), gateway, "Secret", secret.Name));

    public static bool IsAutoPassthrough(GatewayApiGateway gateway, Listener listener)
    {
        if (listener.Tls is not { } tls) return false;
        if (tls.Options.GetValueOrDefault(ProtocolOption) == "auto-passthrough") return true;
        var port = gateway.Metadata.Labels.GetValueOrDefault(TopologyLabels.GatewayPort) ?? "15443";
        return gateway.Metadata.Labels.ContainsKey(TopologyLabels.Network)
               && listener.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) == port;
    }

    private static bool IsServedBy(
        GatewayApiGateway gateway, TrafficConfig config, ProxyScope scope, MeshModelOptions options)
    {
        var services = gateway.Spec.Addresses.Where(address => address.Type == "Hostname").ToArray();
        if (services.Length == 0)
            return scope.Namespace == gateway.Metadata.Namespace
                   && scope.Labels.GetValueOrDefault(GatewayNameLabel) == gateway.Metadata.Name;
        foreach (var address in services)
        {
            // A short name means a Service of the Gateway's namespace.
            var host = Resources.HostNames.Complete(address.Value, gateway.Metadata.Namespace, options.ClusterDomain);
            var parts = host.Split('.');
            if (parts.Length > 1 && parts[1] == scope.Namespace
                && config.ServiceSelector(parts[1], parts[0]) is { IsEmpty: false } selector
                && LabelMatch.Selects(selector, scope.Labels))
                return true;
        }

        return false;
    }

    private static AttachedListener Convert(GatewayApiGateway gateway, Listener listener)
    {
        var server = new GatewayServerSpec
        {
            Port = new GatewayPort { Number = listener.Port, Protocol = listener.Protocol, Name = listener.Name },
            Hosts = [listener.Hostname.Length > 0 ? listener.Hostname : "*"],
            Tls = listener.Tls is { } tls ? Convert(gateway, listener, tls) : null,
            Name = listener.Name,
        };
        var synthetic = new Gateway
        {
            ApiVersion = gateway.ApiVersion,
            Kind = gateway.Kind,
            Metadata = gateway.Metadata with { Name = $"{gateway.Metadata.Name}~{listener.Name}" },
            Location = gateway.Location,
            Spec = new GatewaySpec { Servers = [server] },
        };
        return new AttachedListener(gateway, listener, synthetic, server);
    }

    private static ServerTlsSettings Convert(GatewayApiGateway gateway, Listener listener, ListenerTls tls)
    {
        if (IsAutoPassthrough(gateway, listener)) return new ServerTlsSettings { Mode = ServerTlsMode.AutoPassthrough };
        if (tls.Mode == ListenerTlsMode.Passthrough) return new ServerTlsSettings { Mode = ServerTlsMode.Passthrough };
        var secret = tls.CertificateRefs.FirstOrDefault();
        return new ServerTlsSettings
        {
            Mode = tls.Options.GetValueOrDefault(TerminateOption) switch
            {
                "MUTUAL" => ServerTlsMode.Mutual,
                "ISTIO_MUTUAL" => ServerTlsMode.IstioMutual,
                "OPTIONAL_MUTUAL" => ServerTlsMode.OptionalMutual,
                _ => ServerTlsMode.Simple,
            },
            CredentialName = secret is null ? ""
                : secret.Namespace.Length == 0 || secret.Namespace == gateway.Metadata.Namespace ? secret.Name
                : $"{secret.Namespace}/{secret.Name}",
        };
    }
}
