using System.Collections.Immutable;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// Finds the settings of the mesh: the ConfigMap <c>istio</c> of the root namespace in the proxy's own cluster, else in the first
/// cluster that has one (a mesh with one primary).
/// </summary>
internal static class MeshDefaultsReader
{
    // Other ConfigMaps of the namespace come and go: only another instance of the settings is a change.
    private static readonly MeshConfig NoConfig = new();
    private static readonly MeshNetworks NoNetworks = new();

    public static MeshDefaults Read(MeshReader reader, string cluster)
    {
        var config = reader.Fact("mesh-config", cluster, inner => Find(inner, cluster, map => map.MeshConfig) ?? NoConfig);
        return ReferenceEquals(config, NoConfig) ? MeshDefaults.Default : Of(config);
    }

    /// <summary>Networks by name; none when no cluster has any.</summary>
    public static MeshNetworks Networks(MeshReader reader, string cluster) =>
        reader.Fact("mesh-network-settings", cluster, inner => Find(inner, cluster, map => map.MeshNetworks) ?? NoNetworks);

    private static T? Find<T>(MeshReader reader, string cluster, Func<ConfigMap, T?> part) where T : class =>
        reader.SetIn<ConfigMap>(reader.Options.RootNamespace).Entries<ConfigMap>()
            .Where(entry => entry.Object.Metadata.Name == "istio")
            .OrderBy(entry => entry.Cluster == cluster ? 0 : 1)
            .Select(entry => part(entry.Object))
            .FirstOrDefault(value => value is not null);

    private static MeshDefaults Of(MeshConfig config) => new()
    {
        TrustDomainAliases = config.TrustDomain.Length == 0 ? config.TrustDomainAliases : [config.TrustDomain, .. config.TrustDomainAliases],
        PathNormalization = config.PathNormalization?.Normalization,
        AutoMtls = config.EnableAutoMtls ?? true,
        LocalityLbSetting = config.LocalityLbSetting ?? new LocalityLbSetting(),
        ZoneAwareLbSetting = config.ZoneAwareLbSetting,
        ClusterLocal =
        [
            .. from setting in config.ServiceSettings
               where setting.Settings is not null
               from host in setting.Hosts
               select (host, setting.Settings!.ClusterLocal),
        ],
        DefaultHttpRetryPolicy = config.DefaultHttpRetryPolicy,
        DefaultConnectionPool = config.DefaultTrafficPolicy?.ConnectionPool,
        DefaultOutlierDetection = config.DefaultTrafficPolicy?.OutlierDetection,
        ConnectTimeout = config.ConnectTimeout,
        TcpKeepalive = config.TcpKeepalive,
        UpgradesToHttp2 = config.H2UpgradePolicy == MeshH2UpgradePolicy.Upgrade ? true : null,
        AllowsUnknownDestinations = config.OutboundTrafficPolicy is not { Mode: OutboundTrafficMode.RegistryOnly },
        DefaultServiceExportTo = OrAll(config.DefaultServiceExportTo),
        DefaultVirtualServiceExportTo = OrAll(config.DefaultVirtualServiceExportTo),
        DefaultDestinationRuleExportTo = OrAll(config.DefaultDestinationRuleExportTo),
    };

    private static ImmutableArray<string> OrAll(ImmutableArray<string> exportTo) => exportTo.IsEmpty ? ["*"] : exportTo;
}
