using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Settings of the whole mesh: key <c>mesh</c> of ConfigMap <c>istio</c>. Absent means Istio's default.</summary>
public sealed record MeshConfig
{
    /// <summary>0 means 15001.</summary>
    public int ProxyListenPort { get; init; }

    /// <summary>0 means 15006.</summary>
    public int ProxyInboundListenPort { get; init; }

    public int ProxyHttpPort { get; init; }

    /// <summary>10 s when absent.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    public TimeSpan? ProtocolDetectionTimeout { get; init; }
    public TcpKeepalive? TcpKeepalive { get; init; }
    public string IngressClass { get; init; } = "";
    public string IngressService { get; init; } = "";
    public IngressControllerMode IngressControllerMode { get; init; }
    public string IngressSelector { get; init; } = "";
    public bool EnableTracing { get; init; }
    public string AccessLogFile { get; init; } = "";
    public string AccessLogFormat { get; init; } = "";
    public AccessLogEncoding AccessLogEncoding { get; init; }
    public bool EnableEnvoyAccessLogService { get; init; }
    public bool DisableEnvoyListenerLog { get; init; }
    public MeshProxyConfig? DefaultConfig { get; init; }

    /// <summary>Absent means ALLOW_ANY.</summary>
    public MeshOutboundTrafficPolicy? OutboundTrafficPolicy { get; init; }

    public InboundTrafficPolicy? InboundTrafficPolicy { get; init; }
    public ImmutableArray<ConfigSource> ConfigSources { get; init; } = [];

    /// <summary>True when absent.</summary>
    public bool? EnableAutoMtls { get; init; }

    /// <summary>Empty means <c>cluster.local</c>.</summary>
    public string TrustDomain { get; init; } = "";

    public ImmutableArray<string> TrustDomainAliases { get; init; } = [];
    public ImmutableArray<MeshCaCertificate> CaCertificates { get; init; } = [];
    public ImmutableArray<string> DefaultServiceExportTo { get; init; } = [];
    public ImmutableArray<string> DefaultVirtualServiceExportTo { get; init; } = [];
    public ImmutableArray<string> DefaultDestinationRuleExportTo { get; init; } = [];

    /// <summary>Empty means the namespace of istiod.</summary>
    public string RootNamespace { get; init; } = "";

    public LocalityLbSetting? LocalityLbSetting { get; init; }
    public ZoneAwareLbSetting? ZoneAwareLbSetting { get; init; }
    public TimeSpan? DnsRefreshRate { get; init; }
    public MeshH2UpgradePolicy H2UpgradePolicy { get; init; }
    public string InboundClusterStatName { get; init; } = "";
    public string OutboundClusterStatName { get; init; } = "";
    public ImmutableArray<ManagedCertificate> Certificates { get; init; } = [];
    public ImmutableArray<MeshServiceSettings> ServiceSettings { get; init; } = [];

    /// <summary>True when absent.</summary>
    public bool? EnablePrometheusMerge { get; init; }

    public bool? VerifyCertificateAtClient { get; init; }
    public CertificateAuthoritySettings? Ca { get; init; }
    public ImmutableArray<ExtensionProvider> ExtensionProviders { get; init; } = [];
    public DefaultProviders? DefaultProviders { get; init; }
    public ImmutableArray<SelectorRequirements> DiscoverySelectors { get; init; } = [];
    public PathNormalization? PathNormalization { get; init; }
    public HttpRetry? DefaultHttpRetryPolicy { get; init; }
    public MeshTrafficPolicy? DefaultTrafficPolicy { get; init; }
    public MeshTlsSettings? MeshMtls { get; init; }
    public MeshTlsSettings? TlsDefaults { get; init; }

    internal static Schema<MeshConfig> Schema { get; } =
        new Schema<MeshConfig>("MeshConfig", () => new MeshConfig())
            .Field("proxyListenPort", Codecs.Int, x => x.ProxyListenPort, (x, v) => x with { ProxyListenPort = v })
            .Field("proxyInboundListenPort", Codecs.Int,
                x => x.ProxyInboundListenPort, (x, v) => x with { ProxyInboundListenPort = v })
            .Field("proxyHttpPort", Codecs.Int, x => x.ProxyHttpPort, (x, v) => x with { ProxyHttpPort = v })
            .Field("connectTimeout", Codecs.Duration, x => x.ConnectTimeout, (x, v) => x with { ConnectTimeout = v })
            .Field("protocolDetectionTimeout", Codecs.DurationOrZero,
                x => x.ProtocolDetectionTimeout, (x, v) => x with { ProtocolDetectionTimeout = v })
            .Message("tcpKeepalive", TcpKeepalive.Schema, x => x.TcpKeepalive, (x, v) => x with { TcpKeepalive = v })
            .Field("ingressClass", Codecs.Text, x => x.IngressClass, (x, v) => x with { IngressClass = v })
            .Field("ingressService", Codecs.Text, x => x.IngressService, (x, v) => x with { IngressService = v })
            .Field("ingressControllerMode", Codecs.Enum<IngressControllerMode>(),
                x => x.IngressControllerMode, (x, v) => x with { IngressControllerMode = v })
            .Field("ingressSelector", Codecs.Text, x => x.IngressSelector, (x, v) => x with { IngressSelector = v })
            .Field("enableTracing", Codecs.Bool, x => x.EnableTracing, (x, v) => x with { EnableTracing = v })
            .Field("accessLogFile", Codecs.Text, x => x.AccessLogFile, (x, v) => x with { AccessLogFile = v })
            .Field("accessLogFormat", Codecs.Text, x => x.AccessLogFormat, (x, v) => x with { AccessLogFormat = v })
            .Field("accessLogEncoding", Codecs.Enum<AccessLogEncoding>(),
                x => x.AccessLogEncoding, (x, v) => x with { AccessLogEncoding = v })
            .Field("enableEnvoyAccessLogService", Codecs.Bool,
                x => x.EnableEnvoyAccessLogService, (x, v) => x with { EnableEnvoyAccessLogService = v })
            .Field("disableEnvoyListenerLog", Codecs.Bool,
                x => x.DisableEnvoyListenerLog, (x, v) => x with { DisableEnvoyListenerLog = v })
            .Message("defaultConfig", MeshProxyConfig.Schema,
                x => x.DefaultConfig, (x, v) => x with { DefaultConfig = v })
            .Message("outboundTrafficPolicy", MeshOutboundTrafficPolicy.Schema,
                x => x.OutboundTrafficPolicy, (x, v) => x with { OutboundTrafficPolicy = v })
            .Message("inboundTrafficPolicy", InboundTrafficPolicy.Schema,
                x => x.InboundTrafficPolicy, (x, v) => x with { InboundTrafficPolicy = v })
            .Field("configSources", Codecs.List(ConfigSource.Schema),
                x => x.ConfigSources, (x, v) => x with { ConfigSources = v })
            .Field("enableAutoMtls", Codecs.Optional(Codecs.Bool),
                x => x.EnableAutoMtls, (x, v) => x with { EnableAutoMtls = v })
            .Field("trustDomain", Codecs.Text, x => x.TrustDomain, (x, v) => x with { TrustDomain = v })
            .Field("trustDomainAliases", Codecs.List(Codecs.Text),
                x => x.TrustDomainAliases, (x, v) => x with { TrustDomainAliases = v })
            .Field("caCertificates", Codecs.List(MeshCaCertificate.Schema),
                x => x.CaCertificates, (x, v) => x with { CaCertificates = v })
            .Field("defaultServiceExportTo", Codecs.List(Codecs.Text),
                x => x.DefaultServiceExportTo, (x, v) => x with { DefaultServiceExportTo = v })
            .Field("defaultVirtualServiceExportTo", Codecs.List(Codecs.Text),
                x => x.DefaultVirtualServiceExportTo, (x, v) => x with { DefaultVirtualServiceExportTo = v })
            .Field("defaultDestinationRuleExportTo", Codecs.List(Codecs.Text),
                x => x.DefaultDestinationRuleExportTo, (x, v) => x with { DefaultDestinationRuleExportTo = v })
            .Field("rootNamespace", Codecs.Text, x => x.RootNamespace, (x, v) => x with { RootNamespace = v })
            .Message("localityLbSetting", LocalityLbSetting.Schema,
                x => x.LocalityLbSetting, (x, v) => x with { LocalityLbSetting = v })
            .Message("zoneAwareLbSetting", ZoneAwareLbSetting.Schema,
                x => x.ZoneAwareLbSetting, (x, v) => x with { ZoneAwareLbSetting = v })
            .Field("dnsRefreshRate", Codecs.Duration, x => x.DnsRefreshRate, (x, v) => x with { DnsRefreshRate = v })
            .Field("h2UpgradePolicy", Codecs.Enum<MeshH2UpgradePolicy>(),
                x => x.H2UpgradePolicy, (x, v) => x with { H2UpgradePolicy = v })
            .Field("inboundClusterStatName", Codecs.Text,
                x => x.InboundClusterStatName, (x, v) => x with { InboundClusterStatName = v })
            .Field("outboundClusterStatName", Codecs.Text,
                x => x.OutboundClusterStatName, (x, v) => x with { OutboundClusterStatName = v })
            .Field("certificates", Codecs.List(ManagedCertificate.Schema),
                x => x.Certificates, (x, v) => x with { Certificates = v })
            .Field("serviceSettings", Codecs.List(MeshServiceSettings.Schema),
                x => x.ServiceSettings, (x, v) => x with { ServiceSettings = v })
            .Field("enablePrometheusMerge", Codecs.Optional(Codecs.Bool),
                x => x.EnablePrometheusMerge, (x, v) => x with { EnablePrometheusMerge = v })
            .Field("verifyCertificateAtClient", Codecs.Optional(Codecs.Bool),
                x => x.VerifyCertificateAtClient, (x, v) => x with { VerifyCertificateAtClient = v })
            .Message("ca", CertificateAuthoritySettings.Schema, x => x.Ca, (x, v) => x with { Ca = v })
            .Field("extensionProviders", Codecs.List(ExtensionProvider.Schema),
                x => x.ExtensionProviders, (x, v) => x with { ExtensionProviders = v })
            .Message("defaultProviders", DefaultProviders.Schema,
                x => x.DefaultProviders, (x, v) => x with { DefaultProviders = v })
            .Field("discoverySelectors", Codecs.List(SelectorRequirements.Schema),
                x => x.DiscoverySelectors, (x, v) => x with { DiscoverySelectors = v })
            .Message("pathNormalization", PathNormalization.Schema,
                x => x.PathNormalization, (x, v) => x with { PathNormalization = v })
            .Message("defaultHttpRetryPolicy", HttpRetry.Schema,
                x => x.DefaultHttpRetryPolicy, (x, v) => x with { DefaultHttpRetryPolicy = v })
            .Message("defaultTrafficPolicy", MeshTrafficPolicy.Schema,
                x => x.DefaultTrafficPolicy, (x, v) => x with { DefaultTrafficPolicy = v })
            .Message("meshMTLS", MeshTlsSettings.Schema, x => x.MeshMtls, (x, v) => x with { MeshMtls = v })
            .Message("tlsDefaults", MeshTlsSettings.Schema, x => x.TlsDefaults, (x, v) => x with { TlsDefaults = v })
            .AcceptSnakeCase()
            .Check(MeshConfigRules.Check);
}
