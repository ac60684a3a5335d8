using Mesh.Config.Sources;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Remote;

namespace Mesh.Kubernetes.Sources;

/// <summary>Opens the sources that a proxy is told: folders and API servers.</summary>
public static class MeshSources
{
    /// <param name="ownCluster">Cluster of the proxy: the Secrets of its API server name the other clusters.</param>
    /// <param name="credentialNamespace">Where the Secrets are that Gateways name; null reads none for them.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach its cluster.</exception>
    public static IReadOnlyList<IMeshSource> Open(
        IEnumerable<SourceSpec> sources, string ownCluster, string? credentialNamespace, TimeProvider time) =>
        [.. sources.SelectMany(source => source.Server is { } server
            ? OpenCluster(server, source.Cluster, ownCluster, credentialNamespace, time)
            : [new FolderSource(source.Folder, source.Cluster, time: time)])];

    private static IEnumerable<IMeshSource> OpenCluster(
        ApiServerSpec server, string cluster, string ownCluster, string? credentialNamespace, TimeProvider time)
    {
        try
        {
            var access = ApiServerAccess.Open(server, time);
            // Secrets of certificates are those of the proxy's own cluster.
            var isOwn = cluster == ownCluster;
            var options = new KubeSourceOptions { CredentialNamespace = isOwn ? credentialNamespace : null };
            var source = new KubeMeshSource(cluster, access, options, time);
            return isOwn
                ? [source, new RemoteClusters(cluster, access, new KubeSourceOptions(), ClusterAccessOptions.Untrusted with { Time = time }, time)]
                : [source];
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--source of cluster {cluster}: {e.Message}", ExitCodes.Failed, e);
        }
    }
}
