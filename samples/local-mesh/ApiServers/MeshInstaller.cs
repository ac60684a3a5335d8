using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Writing;

namespace Mesh.LocalMesh.ApiServers;

/// <summary>
/// Puts into each cluster's API server what its config folder holds, and makes the clusters known to each other by Secrets, as
/// a real installation over several clusters does.
/// </summary>
internal sealed class MeshInstaller(Layout layout, ApiServerChoice servers)
{
    private const string FieldManager = "mesh-local";

    /// <summary>An account that may read what the mesh model needs; manifests/rbac has it.</summary>
    private const string Reader = "mesh-gateway";
    private const string ReaderNamespace = "istio-system";

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(24);

    /// <summary>Kinds whose absence keeps others out come first.</summary>
    private static readonly string[] First = ["kind: Namespace", "kind: Node", "kind: ServiceAccount"];

    /// <exception cref="LocalMeshException">The file does not have a context for each cluster, or a server refuses; the message says what to do.</exception>
    public async Task InstallAsync(IReadOnlyList<string> clusters, CancellationToken cancellationToken)
    {
        try
        {
            var accesses = clusters.ToDictionary(cluster => cluster, AccessOf);
            RefuseSharedServers(accesses);
            await Task.WhenAll(accesses.Select(pair => ApplyAsync(pair.Key, pair.Value, cancellationToken))).ConfigureAwait(false);
            await Task.WhenAll(accesses.Select(pair => IntroduceAsync(pair.Key, accesses, cancellationToken))).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InstallException or ClusterAccessException)
        {
            throw new LocalMeshException(e.Message);
        }
    }

    private ClusterAccess AccessOf(string cluster)
    {
        try
        {
            return KubeconfigAccess.FromFiles(servers.Kubeconfig, cluster);
        }
        catch (ClusterAccessException e)
        {
            throw new LocalMeshException(
                $"{e.Message}; --kubeconfig needs a context for each cluster of the local mesh, {string.Join(" and ", MeshPlan.Clusters)}, or use --fake-kube");
        }
    }

    private static void RefuseSharedServers(Dictionary<string, ClusterAccess> accesses)
    {
        if (accesses.GroupBy(pair => pair.Value.Server).FirstOrDefault(group => group.Count() > 1) is not { } shared) return;
        throw new LocalMeshException(
            $"the contexts {string.Join(" and ", shared.Select(pair => pair.Key))} are one API server, {shared.Key}; " +
            "each cluster of the local mesh needs one of its own: start a second one, or use --fake-kube");
    }

    private async Task ApplyAsync(string cluster, ClusterAccess access, CancellationToken cancellationToken)
    {
        using var installer = new KubeInstaller(access, FieldManager);
        var documents = Documents(cluster);
        await RefuseClustersInUseAsync(cluster, access, installer, documents, cancellationToken).ConfigureAwait(false);
        foreach (var document in documents) await installer.ApplyAsync(document, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The addresses of the local mesh are those of this machine: in a cluster that runs workloads they would do harm.</summary>
    private static async Task RefuseClustersInUseAsync(
        string cluster, ClusterAccess access, KubeInstaller installer, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        var nodes = await installer.NodesAsync(cancellationToken).ConfigureAwait(false);
        var foreign = nodes.FirstOrDefault(node => !documents.Any(document =>
            document.Contains("kind: Node\n", StringComparison.Ordinal) && document.Contains($"name: {node}\n", StringComparison.Ordinal)));
        if (foreign is null) return;
        throw new LocalMeshException(
            $"the context {cluster} ({access.Server}) is a cluster in use: it has the node {foreign}. The local mesh, whose addresses are those " +
            "of this machine, goes into API servers without nodes only: name such ones, or use --fake-kube");
    }

    private List<string> Documents(string cluster)
    {
        var config = ConfigFolder.Read(Path.Combine(layout.Config, cluster));
        var rights = ConfigFolder.Read(Path.Combine(layout.Manifests, "rbac"));
        return [.. config.Concat(rights).OrderBy(document => First.Any(kind => document.Contains(kind + "\n", StringComparison.Ordinal)) ? 0 : 1)];
    }

    /// <summary>Tells a cluster of all others.</summary>
    private static async Task IntroduceAsync(string cluster, Dictionary<string, ClusterAccess> accesses, CancellationToken cancellationToken)
    {
        using var installer = new KubeInstaller(accesses[cluster], FieldManager);
        foreach (var (name, access) in accesses.Where(other => other.Key != cluster))
        {
            using var writer = new KubeWriter(access);
            string token;
            try
            {
                (token, _) = await writer.CreateTokenAsync(ReaderNamespace, Reader, [], TokenLifetime, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException e)
            {
                throw new LocalMeshException($"{access}: no token for the account {ReaderNamespace}/{Reader}: {e.Message}");
            }

            await installer.ApplyAsync(RemoteSecret.Write(name, access, token), cancellationToken).ConfigureAwait(false);
        }
    }
}
