using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Model.Compilation;

/// <summary>
/// The Istio configuration that proxies of one cluster follow: that of all clusters, where an object of the own cluster
/// hides those of the same kind, namespace and name elsewhere. So a mesh with one primary works and so does one in which
/// every cluster carries its copy. Each list is in Istio's order: creation time, name, namespace.
/// </summary>
internal sealed class TrafficConfig
{
    public TrafficConfig(MeshIndex index, string cluster, MeshModelOptions options)
    {
        Settings = MeshSettings.Default;
        ClusterLocal = new ClusterLocalHosts(Settings.ClusterLocal, options);
        Gateways = Collect<Gateway>(index, cluster);
        VirtualServices = Collect<VirtualService>(index, cluster);
        DestinationRules = Collect<DestinationRule>(index, cluster);
        PeerAuthentications = Collect<PeerAuthentication>(index, cluster);
    }

    public MeshSettings Settings { get; }
    public ClusterLocalHosts ClusterLocal { get; }
    public ImmutableArray<Gateway> Gateways { get; }
    public ImmutableArray<VirtualService> VirtualServices { get; }
    public ImmutableArray<DestinationRule> DestinationRules { get; }
    public ImmutableArray<PeerAuthentication> PeerAuthentications { get; }

    private static ImmutableArray<T> Collect<T>(MeshIndex index, string cluster) where T : MeshObject =>
    [
        .. index.Of<T>()
            .OrderBy(entry => entry.Cluster == cluster ? 0 : 1)
            .DistinctBy(entry => (entry.Object.Metadata.Namespace, entry.Object.Metadata.Name))
            .OrderBy(entry => entry.Object.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
            .ThenBy(entry => entry.Object.Metadata.Name, StringComparer.Ordinal)
            .ThenBy(entry => entry.Object.Metadata.Namespace, StringComparer.Ordinal)
            .Select(entry => entry.Object),
    ];
}
