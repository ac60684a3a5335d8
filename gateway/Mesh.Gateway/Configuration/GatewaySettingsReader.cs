using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Mesh.Config.Model;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace Mesh.Gateway.Configuration;

/// <summary>Declares the settings of <c>mesh-gateway</c> and reads them into <see cref="GatewaySettings"/>.</summary>
public sealed class GatewaySettingsReader
{
    private readonly SettingsDefinition definition = new(
        "mesh-gateway", "Edge gateway (HTTP, gRPC) and east-west gateway (SNI passthrough) of an Istio mesh over several clusters.");

    private readonly CommonSettings common;
    private readonly Setting<IReadOnlyList<GatewayRole>> roles;
    private readonly Setting<string> cluster;
    private readonly Setting<string?> network;
    private readonly Setting<string?> locality;
    private readonly Setting<string> ns;
    private readonly Setting<string> serviceAccount;
    private readonly Setting<IReadOnlyDictionary<string, string>?> labels;
    private readonly Setting<IReadOnlyList<SourceSpec>> sources;
    private readonly Setting<TimeSpan> syncDeadline;
    private readonly Setting<IdentitySpec> identity;
    private readonly Setting<string?> caRoot;
    private readonly Setting<string?> caToken;
    private readonly Setting<string> caServerName;
    private readonly Setting<string> trustDomain;
    private readonly Setting<IPAddress> listenAddress;
    private readonly Setting<IPAddress> workloadAddress;
    private readonly Setting<int> healthPort;
    private readonly Setting<string?> credentials;
    private readonly Setting<string?> collectRegistrations;
    private readonly Setting<int> maxConnections;
    private readonly Setting<TimeSpan> drainDelay;
    private readonly Setting<TimeSpan> drainTimeout;

    public GatewaySettingsReader()
    {
        common = new CommonSettings(definition, "mesh-gateway");
        roles = definition.Many("role", "ROLE", "edge or east-west; give both for both.", ParseRole, "edge");
        cluster = definition.Required("cluster", "CLUSTER", "Cluster this gateway belongs to.", SettingParsers.Text);
        network = definition.Optional("network", "NETWORK", "Network this gateway is on.", SettingParsers.Text);
        locality = definition.Optional("locality", "REGION/ZONE", "Where this gateway runs.", SettingParsers.Text);
        ns = definition.WithDefault("namespace", "NAMESPACE", "Namespace of this gateway.", SettingParsers.Text, "istio-system");
        serviceAccount = definition.WithDefault(
            "service-account", "NAME", "Service account it runs as.", SettingParsers.Text, "istio-ingressgateway-service-account");
        labels = definition.Optional(
            "labels", "K=V,...", "Labels Gateway resources select by; istio=ingressgateway or istio=eastwestgateway is added per role.",
            SettingParsers.Labels);
        sources = definition.Many("source", "SOURCE", "Configuration of one cluster: file:DIR@CLUSTER.", SourceSpec.Parse);
        syncDeadline = definition.WithDefault(
            "sync-deadline", "DURATION", "How long to wait for sources before serving without them.", SettingParsers.Duration, "60s");
        identity = definition.Required(
            "identity", "IDENTITY", "Certificate: ca:HOST:PORT, or files:DIR with cert-chain.pem, key.pem, root-cert.pem.",
            IdentitySpec.Parse);
        caRoot = definition.Optional("ca-root", "FILE", "Root certificates the CA's own certificate must chain to.", SettingParsers.Text);
        caToken = definition.Optional("ca-token", "FILE", "Token for the CA; read for every call.", SettingParsers.Text);
        caServerName = definition.WithDefault(
            "ca-server-name", "NAME", "Name the CA's certificate must have.", SettingParsers.Text, "istiod.istio-system.svc");
        trustDomain = definition.WithDefault("trust-domain", "NAME", "Trust domain of the mesh.", SettingParsers.Text, "cluster.local");
        listenAddress = definition.WithDefault(
            "listen-address", "ADDR", "Where edge servers without bind listen.", AddressParsing.Address, "127.0.0.1");
        workloadAddress = definition.Required(
            "workload-address", "ADDR", "Address in the own network: east-west and health ports listen there, calls come from there.",
            AddressParsing.Address);
        healthPort = definition.WithDefault("health-port", "PORT", "Port for /healthz/ready.", SettingParsers.Port, "15021");
        credentials = definition.Optional(
            "credentials", "DIR", "Folder with a folder per credentialName: tls.crt, tls.key and, for mutual TLS, ca.crt.",
            SettingParsers.ExistingFolder);
        collectRegistrations = definition.Optional(
            "collect-registrations", "DIR", "Folder of WorkloadEntries to clean up after machines that died.", SettingParsers.ExistingFolder);
        maxConnections = definition.WithDefault(
            "max-connections", "COUNT", "Most connections of one east-west listener.", SettingParsers.WholeNumber(1, 1_000_000), "10000");
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

    private static GatewayRole ParseRole(string text) => text switch
    {
        "edge" => GatewayRole.Edge,
        "east-west" => GatewayRole.EastWest,
        _ => throw new FormatException($"'{text}' is not a role; use edge or east-west"),
    };

    private void DeclareRules()
    {
        definition.Check(values => values.Get(sources).Count == 0 ? "give at least one --source file:DIR@CLUSTER" : null);
        definition.Check(values => values.Get(sources).GroupBy(source => source.Cluster).FirstOrDefault(group => group.Count() > 1)
            is { } twice ? $"--source: cluster {twice.Key} is given twice; one folder holds all of a cluster" : null);
        definition.Check(values => values.Get(identity).Authority is not null && values.Get(caRoot) is null
            ? "--identity ca:... needs --ca-root FILE, the root certificate to know the CA by" : null);
        definition.Check(values => values.Get(roles).Contains(GatewayRole.EastWest) && values.Get(network) is null
            ? "--role east-west needs --network NETWORK: it serves the endpoints of its own network only" : null);
    }

    private GatewaySettings Build(EffectiveSettings values) => new()
    {
        Name = values.Get(common.Name),
        AccessLog = values.Get(common.AccessLog),
        Admin = values.Get(common.Admin!),
        LogLevel = values.Get(common.LogLevel),
        Roles = [.. values.Get(roles).Distinct()],
        Cluster = values.Get(cluster),
        Network = values.Get(network) ?? "",
        Locality = Locality.Parse(values.Get(locality)),
        Namespace = values.Get(ns),
        ServiceAccount = values.Get(serviceAccount),
        Labels = (values.Get(labels) ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal),
        Sources = [.. values.Get(sources)],
        SyncDeadline = values.Get(syncDeadline),
        Identity = values.Get(identity),
        CaRoot = values.Get(caRoot),
        CaToken = values.Get(caToken),
        CaServerName = values.Get(caServerName),
        TrustDomain = values.Get(trustDomain),
        ListenAddress = values.Get(listenAddress),
        WorkloadAddress = values.Get(workloadAddress),
        HealthPort = values.Get(healthPort),
        Credentials = values.Get(credentials),
        CollectRegistrations = values.Get(collectRegistrations),
        MaxConnections = values.Get(maxConnections),
        DrainDelay = values.Get(drainDelay),
        DrainTimeout = values.Get(drainTimeout),
    };
}
