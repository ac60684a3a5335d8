using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Settings of all proxies; a ProxyConfig resource or annotation overrides them.</summary>
public sealed record MeshProxyConfig
{
    public string ConfigPath { get; init; } = "";
    public string BinaryPath { get; init; } = "";
    public string? ServiceCluster { get; init; }
    public string? TracingServiceName { get; init; }
    public TimeSpan? DrainDuration { get; init; }

    /// <summary><c>host:port</c> of istiod.</summary>
    public string DiscoveryAddress { get; init; } = "";

    public string StatsdUdpAddress { get; init; } = "";
    public int ProxyAdminPort { get; init; }
    public string ControlPlaneAuthPolicy { get; init; } = "";
    public string CustomConfigFile { get; init; } = "";
    public int StatNameLength { get; init; }
    public int? Concurrency { get; init; }
    public string ProxyBootstrapTemplatePath { get; init; } = "";
    public string InterceptionMode { get; init; } = "";
    public ProxyTracing? Tracing { get; init; }
    public string EnvoyAccessLogService { get; init; } = "";
    public string EnvoyMetricsService { get; init; } = "";
    public ImmutableSortedDictionary<string, string> ProxyMetadata { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> RuntimeValues { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public int StatusPort { get; init; }
    public ImmutableArray<string> ExtraStatTags { get; init; } = [];
    public TimeSpan? TerminationDrainDuration { get; init; }
    public string MeshId { get; init; } = "";
    public string ReadinessProbe { get; init; } = "";
    public string ProxyStatsMatcher { get; init; } = "";
    public bool? HoldApplicationUntilProxyStarts { get; init; }
    public ImmutableArray<string> CaCertificatesPem { get; init; } = [];
    public string Image { get; init; } = "";
    public string PrivateKeyProvider { get; init; } = "";
    public string ProxyHeaders { get; init; } = "";
    public TimeSpan? FileFlushInterval { get; init; }
    public uint? FileFlushMinSizeKb { get; init; }
    public bool? StatsCompression { get; init; }

    internal static Schema<MeshProxyConfig> Schema { get; } =
        new Schema<MeshProxyConfig>("ProxyConfig", () => new MeshProxyConfig())
            .Field("configPath", Codecs.Text, x => x.ConfigPath, (x, v) => x with { ConfigPath = v })
            .Field("binaryPath", Codecs.Text, x => x.BinaryPath, (x, v) => x with { BinaryPath = v })
            .Field("serviceCluster", Codecs.OptionalText,
                x => x.ServiceCluster, (x, v) => x with { ServiceCluster = v })
            .Field("tracingServiceName", Codecs.OptionalText,
                x => x.TracingServiceName, (x, v) => x with { TracingServiceName = v })
            .Field("drainDuration", Codecs.Duration, x => x.DrainDuration, (x, v) => x with { DrainDuration = v })
            .Field("discoveryAddress", Codecs.Text, x => x.DiscoveryAddress, (x, v) => x with { DiscoveryAddress = v })
            .Field("statsdUdpAddress", Codecs.Text, x => x.StatsdUdpAddress, (x, v) => x with { StatsdUdpAddress = v })
            .Field("proxyAdminPort", Codecs.Int, x => x.ProxyAdminPort, (x, v) => x with { ProxyAdminPort = v })
            .Field("controlPlaneAuthPolicy", Codecs.Text,
                x => x.ControlPlaneAuthPolicy, (x, v) => x with { ControlPlaneAuthPolicy = v })
            .Field("customConfigFile", Codecs.Text, x => x.CustomConfigFile, (x, v) => x with { CustomConfigFile = v })
            .Field("statNameLength", Codecs.Int, x => x.StatNameLength, (x, v) => x with { StatNameLength = v })
            .Field("concurrency", Codecs.Optional(Codecs.Int), x => x.Concurrency, (x, v) => x with { Concurrency = v })
            .Field("proxyBootstrapTemplatePath", Codecs.Text,
                x => x.ProxyBootstrapTemplatePath, (x, v) => x with { ProxyBootstrapTemplatePath = v })
            .Field("interceptionMode", Codecs.Text, x => x.InterceptionMode, (x, v) => x with { InterceptionMode = v })
            .Message("tracing", ProxyTracing.Schema, x => x.Tracing, (x, v) => x with { Tracing = v })
            .Field("envoyAccessLogService", Codecs.Raw,
                x => x.EnvoyAccessLogService, (x, v) => x with { EnvoyAccessLogService = v })
            .Field("envoyMetricsService", Codecs.Raw,
                x => x.EnvoyMetricsService, (x, v) => x with { EnvoyMetricsService = v })
            .Field("proxyMetadata", Codecs.Map(Codecs.Text),
                x => x.ProxyMetadata, (x, v) => x with { ProxyMetadata = v })
            .Field("runtimeValues", Codecs.Map(Codecs.Text),
                x => x.RuntimeValues, (x, v) => x with { RuntimeValues = v })
            .Field("statusPort", Codecs.Int, x => x.StatusPort, (x, v) => x with { StatusPort = v })
            .Field("extraStatTags", Codecs.List(Codecs.Text),
                x => x.ExtraStatTags, (x, v) => x with { ExtraStatTags = v })
            .Field("terminationDrainDuration", Codecs.DurationOrZero,
                x => x.TerminationDrainDuration, (x, v) => x with { TerminationDrainDuration = v })
            .Field("meshId", Codecs.Text, x => x.MeshId, (x, v) => x with { MeshId = v })
            .Field("readinessProbe", Codecs.Raw, x => x.ReadinessProbe, (x, v) => x with { ReadinessProbe = v })
            .Field("proxyStatsMatcher", Codecs.Raw,
                x => x.ProxyStatsMatcher, (x, v) => x with { ProxyStatsMatcher = v })
            .Field("holdApplicationUntilProxyStarts", Codecs.Optional(Codecs.Bool),
                x => x.HoldApplicationUntilProxyStarts, (x, v) => x with { HoldApplicationUntilProxyStarts = v })
            .Field("caCertificatesPem", Codecs.List(Codecs.Text),
                x => x.CaCertificatesPem, (x, v) => x with { CaCertificatesPem = v })
            .Field("image", Codecs.Raw, x => x.Image, (x, v) => x with { Image = v })
            .Field("privateKeyProvider", Codecs.Raw,
                x => x.PrivateKeyProvider, (x, v) => x with { PrivateKeyProvider = v })
            .Field("proxyHeaders", Codecs.Raw, x => x.ProxyHeaders, (x, v) => x with { ProxyHeaders = v })
            .Field("fileFlushInterval", Codecs.Duration,
                x => x.FileFlushInterval, (x, v) => x with { FileFlushInterval = v })
            .Field("fileFlushMinSizeKb", Codecs.Optional(Codecs.UInt),
                x => x.FileFlushMinSizeKb, (x, v) => x with { FileFlushMinSizeKb = v })
            .Field("statsCompression", Codecs.Optional(Codecs.Bool),
                x => x.StatsCompression, (x, v) => x with { StatsCompression = v })
            .AcceptSnakeCase()
            .OneOf("serviceCluster", "tracingServiceName")
            .Ignore("availabilityZone", "zipkinAddress", "connectTimeout", "parentShutdownDuration", "discoveryRefreshDelay",
                "sds");
}
