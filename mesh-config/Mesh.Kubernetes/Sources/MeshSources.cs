using Mesh.Config.Sources;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.LastKnown;
using Mesh.Kubernetes.Remote;

namespace Mesh.Kubernetes.Sources;

/// <summary>Opens the sources that a proxy is told: folders and API servers.</summary>
public static class MeshSources
{
    /// <param name="ownCluster">Cluster of the proxy: the Secrets of its API server name the other clusters.</param>
    /// <param name="credentialNamespace">Where the Secrets are that Gateways name; null reads none for them.</param>
    /// <param name="options">For API servers; null: the defaults.</param>
    /// <exception cref="StartupException">A kubeconfig does not say how to reach its cluster.</exception>
    public static IReadOnlyList<IMeshSource> Open(
        IEnumerable<SourceSpec> sources, string ownCluster, string? credentialNamespace, TimeProvider time, KubeSourceOptions? options = null) =>
        [.. sources.SelectMany(source => source.Server is { } server
            ? OpenCluster(server, source.Cluster, ownCluster, credentialNamespace, time, options ?? KubeSourceOptions.Default)
            : [new FolderSource(source.Folder, source.Cluster, time: time)])];

    /// <summary>
    /// The same, and what was last read of API servers is kept in a folder and served after a restart for as long as they cannot be
    /// reached. Folders are what they are.
    /// </summary>
    /// <param name="folder">Only its owner can read what is in it.</param>
    /// <param name="patience">How long a cluster is waited for at the start.</param>
    public static IReadOnlyList<IMeshSource> Remember(IReadOnlyList<IMeshSource> sources, string folder, TimeSpan patience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(sources);
        string[] configured = [.. sources.OfType<KubeMeshSource>().Select(source => source.Cluster)];
        return
        [
            .. sources.Select(source => source switch
            {
                KubeMeshSource cluster => new LastKnownSource(cluster, new LastKnownFile(folder, cluster.Cluster), patience, time),
                RemoteClusters remotes => new LastKnownRemotes(remotes, folder, configured, patience, time),
                _ => source,
            }),
        ];
    }

    private static IEnumerable<IMeshSource> OpenCluster(
        ApiServerSpec server, string cluster, string ownCluster, string? credentialNamespace, TimeProvider time, KubeSourceOptions given)
    {
        try
        {
            var access = ApiServerAccess.Open(server, time);
            // Secrets of certificates are those of the proxy's own cluster.
            var isOwn = cluster == ownCluster;
            var options = given with { CredentialNamespace = isOwn ? credentialNamespace : null };
            var source = new KubeMeshSource(cluster, access, options, time);
            return isOwn
                ? [source, new RemoteClusters(cluster, access, given, ClusterAccessOptions.Untrusted with { Time = time }, time)]
                : [source];
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--source of cluster {cluster}: {e.Message}", ExitCodes.Failed, e);
        }
    }
}
