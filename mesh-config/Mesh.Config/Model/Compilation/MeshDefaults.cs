using System.Collections.Immutable;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>MeshConfig as far as compilation depends on it, with Istio's defaults.</summary>
internal sealed record MeshDefaults
{
    public static MeshDefaults Default { get; } = new();

    /// <summary>Other names of the trust domain.</summary>
    public ImmutableArray<string> TrustDomainAliases { get; init; } = [];

    /// <summary>Null: what the model's options say.</summary>
    public PathNormalizationType? PathNormalization { get; init; }

    /// <summary>enableAutoMtls: clients use mesh mTLS wherever the workload accepts it and no DestinationRule says otherwise.</summary>
    public bool AutoMtls { get; init; } = true;

    public LocalityLbSetting LocalityLbSetting { get; init; } = new();

    public ZoneAwareLbSetting? ZoneAwareLbSetting { get; init; }

    /// <summary>Host patterns of serviceSettings and whether they are cluster-local.</summary>
    public ImmutableArray<(string Pattern, bool Local)> ClusterLocal { get; init; } = [];

    /// <summary>Null: Istio's own.</summary>
    public HttpRetry? DefaultHttpRetryPolicy { get; init; }

    /// <summary>connectionPool where no DestinationRule gives one.</summary>
    public ConnectionPoolSettings? DefaultConnectionPool { get; init; }

    /// <summary>outlierDetection where no DestinationRule gives one.</summary>
    public OutlierDetection? DefaultOutlierDetection { get; init; }

    /// <summary>Null: 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>tcpKeepalive where no DestinationRule gives one.</summary>
    public TcpKeepalive? TcpKeepalive { get; init; }

    /// <summary>h2UpgradePolicy: true where it is UPGRADE; null where nothing is said or it is DO_NOT_UPGRADE, which is the default.</summary>
    public bool? UpgradesToHttp2 { get; init; }

    /// <summary>outboundTrafficPolicy ALLOW_ANY.</summary>
    public bool AllowsUnknownDestinations { get; init; } = true;

    public ImmutableArray<string> DefaultServiceExportTo { get; init; } = ["*"];
    public ImmutableArray<string> DefaultVirtualServiceExportTo { get; init; } = ["*"];
    public ImmutableArray<string> DefaultDestinationRuleExportTo { get; init; } = ["*"];
}
