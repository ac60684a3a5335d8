namespace Mesh.LocalMesh.ApiServers;

/// <summary>The API servers that hold the configuration: a context for each cluster, named as the cluster.</summary>
/// <param name="Kubeconfig">Absolute path.</param>
/// <param name="AreFake">They are started and stopped with the mesh, which also writes the file.</param>
internal sealed record ApiServerChoice(string Kubeconfig, bool AreFake)
{
    /// <summary>What <c>--source</c> takes for a proxy of a cluster.</summary>
    public string SourceOf(string cluster) => $"{PlaceOf(cluster)}@{cluster}";

    /// <summary>What <c>--register</c> takes.</summary>
    public string PlaceOf(string cluster) => $"kube:{Kubeconfig}#{cluster}";
}
