using System.Diagnostics.CodeAnalysis;
using System.Net;
using Mesh.Config.Registration;
using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.Hosting.Admin;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace Mesh.Gateway.Configuration;

/// <summary>Declares the settings of <c>mesh-gateway</c> and reads them into <see cref="GatewaySettings"/>.</summary>
public sealed class GatewaySettingsReader
{
    private readonly SettingsDefinition definition = new(
        "mesh-gateway", "Edge gateway (HTTP, gRPC) and east-west gateway (SNI passthrough) of an Istio mesh over several clusters.");

    private readonly CommonSettings common;
    private readonly ProxySettings proxy;
    private readonly Setting<IReadOnlyList<GatewayRole>> roles;
    private readonly Setting<IPAddress> listenAddress;
    private readonly Setting<IPAddress> workloadAddress;
    private readonly Setting<int> healthPort;
    private readonly Setting<int> metricsPort;
    private readonly Setting<string?> credentials;
    private readonly Setting<RegistrySpec?> collectRegistrations;
    private readonly ConnectionSettings connections;
    private readonly Setting<TimeSpan> drainDelay;
    private readonly Setting<TimeSpan> drainTimeout;

    public GatewaySettingsReader()
    {
        common = new CommonSettings(definition, "mesh-gateway");
        proxy = new ProxySettings(definition, "istio-system", "istio-ingressgateway-service-account");
        roles = definition.Many("role", "ROLE", "edge or east-west; give both for both.", ParseRole, "edge");
        listenAddress = definition.WithDefault(
            "listen-address", "ADDR", "Where edge servers without bind listen.", AddressParsing.Address, "127.0.0.1");
        workloadAddress = definition.Required(
            "workload-address", "ADDR", "Address in the own network: east-west and health ports listen there, calls come from there.",
            AddressParsing.Address);
        healthPort = definition.WithDefault("health-port", "PORT", "Port for /healthz/ready.", SettingParsers.Port, "15021");
        metricsPort = definition.WithDefault(
            "metrics-port", "PORT", "Port for /stats/prometheus; 0: only on the admin listener.", SettingParsers.WholeNumber(0, 65535), "15020");
        credentials = definition.Optional(
            "credentials", "DIR", "Folder with a folder per credentialName: tls.crt, tls.key and, for mutual TLS, ca.crt.",
            SettingParsers.ExistingFolder);
        collectRegistrations = definition.Optional(
            "collect-registrations", "PLACE", "Where to clean up after machines that died: DIR, kube:KUBECONFIG[#CONTEXT] or kube:in-cluster.", ParseRegistry);
        connections = new ConnectionSettings(definition);
        drainDelay = definition.WithDefault(
            "drain-delay", "DURATION", "After SIGTERM: time for load balancers to notice before listeners close.", SettingParsers.Duration, "0s");
        drainTimeout = definition.WithDefault(
            "drain-timeout", "DURATION", "Longest wait for requests in flight after SIGTERM.", SettingParsers.Duration, "10s");
        DeclareRules();
    }

    /// <summary>False when the process is to end at once with <paramref name="exitCode"/>.</summary>
    public bool TryRead(string[] args, [NotNullWhen(true)] out GatewaySettings? settings, out int exitCode)
    {
        settings = SettingsReader.TryRead(definition, args, out var values, out exitCode) ? Build(values) : null;
        return settings is not null;
    }

    /// <inheritdoc cref="TryRead(string[], out GatewaySettings?, out int)"/>
    /// <remarks>With everything that is otherwise the process's own.</remarks>
    public bool TryRead(
        string[] args,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter error,
        [NotNullWhen(true)] out GatewaySettings? settings,
        out int exitCode)
    {
        settings = SettingsReader.TryRead(definition, args, environment, output, error, out var values, out exitCode) ? Build(values) : null;
        return settings is not null;
    }

    private static RegistrySpec ParseRegistry(string text) =>
        text.StartsWith(ApiServerSpec.Prefix, StringComparison.Ordinal) ? RegistrySpec.Parse(text) : new RegistrySpec(SettingParsers.ExistingFolder(text));

    private static GatewayRole ParseRole(string text) => text switch
    {
        "edge" => GatewayRole.Edge,
        "east-west" => GatewayRole.EastWest,
        _ => throw new FormatException($"'{text}' is not a role; use edge or east-west"),
    };

    private void DeclareRules()
    {
        definition.Check(values => AdminSite.Refusal(values.Get(common.Admin!)));
        definition.Check(values => values.Get(roles).Contains(GatewayRole.EastWest) && values.Get(proxy.Network) is null
            ? "--role east-west needs --network NETWORK: it serves the endpoints of its own network only" : null);
    }

    private GatewaySettings Build(EffectiveSettings values) => new()
    {
        Name = values.Get(common.Name),
        AccessLog = values.Get(common.AccessLog),
        AccessLogFormat = values.Get(proxy.AccessLogFormat),
        TraceTarget = proxy.TraceTargetOf(values),
        TraceSampling = proxy.TraceSamplingOf(values),
        Admin = values.Get(common.Admin!),
        LogLevel = values.Get(common.LogLevel),
        Roles = [.. values.Get(roles).Distinct()],
        Cluster = values.Get(proxy.Cluster),
        Network = values.Get(proxy.Network) ?? "",
        Locality = proxy.LocalityOf(values),
        Namespace = values.Get(proxy.Namespace),
        ServiceAccount = values.Get(proxy.ServiceAccount),
        Labels = proxy.LabelsOf(values),
        Sources = [.. values.Get(proxy.Sources)],
        SyncDeadline = values.Get(proxy.SyncDeadline),
        Identity = values.Get(proxy.Identity),
        CaRoot = values.Get(proxy.CaRoot),
        CaToken = values.Get(proxy.CaToken),
        CaServerName = values.Get(proxy.CaServerName),
        CertificateTtl = values.Get(proxy.CertificateTtl),
        TrustDomain = values.Get(proxy.TrustDomain),
        ListenAddress = values.Get(listenAddress),
        WorkloadAddress = values.Get(workloadAddress),
        HealthPort = values.Get(healthPort),
        MetricsPort = values.Get(metricsPort),
        Credentials = values.Get(credentials),
        CollectRegistrations = values.Get(collectRegistrations),
        ProxyProtocol = connections.ProxyProtocolOf(values),
        TrustedProxies = values.Get(connections.TrustedProxies),
        ForwardClientCert = values.Get(connections.ForwardClientCert),
        MaxConnections = values.Get(connections.MaxConnections),
        Http = connections.HttpOf(values),
        DrainDelay = values.Get(drainDelay),
        DrainTimeout = values.Get(drainTimeout),
    };
}
