using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.Gateway.Configuration;
using Mesh.Hosting;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Sources;

namespace Mesh.Gateway.Hosting;

/// <summary>Opens the sources that a gateway is told: folders and API servers.</summary>
internal static class GatewaySources
{
    /// <exception cref="StartupException">A kubeconfig does not say how to reach its cluster.</exception>
    public static IReadOnlyList<IMeshSource> Open(GatewaySettings settings, TimeProvider time) =>
        [.. settings.Sources.SelectMany(source => source.IsKubernetes ? OpenCluster(source, settings, time) : [new FolderSource(source.Folder, source.Cluster, time: time)])];

    private static IEnumerable<IMeshSource> OpenCluster(SourceSpec source, GatewaySettings settings, TimeProvider time)
    {
        try
        {
            var trusted = ClusterAccessOptions.Default with { Time = time };
            var access = source.Kubeconfig is { } file ? KubeconfigAccess.FromFiles(file, source.Context, trusted) : InClusterAccess.Create(trusted);
            // Secrets of certificates are those of the gateway's own cluster.
            var isOwn = source.Cluster == settings.Cluster;
            var options = new KubeSourceOptions { CredentialNamespace = isOwn ? settings.Namespace : null };
            var cluster = new KubeMeshSource(source.Cluster, access, options, time);
            return isOwn
                ? [cluster, new RemoteClusters(source.Cluster, access, new KubeSourceOptions(), ClusterAccessOptions.Untrusted with { Time = time }, time)]
                : [cluster];
        }
        catch (ClusterAccessException e)
        {
            throw new StartupException($"--source of cluster {source.Cluster}: {e.Message}", ExitCodes.Failed, e);
        }
    }
}
