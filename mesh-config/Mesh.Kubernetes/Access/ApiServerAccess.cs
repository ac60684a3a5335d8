using Mesh.Config.Sources;

namespace Mesh.Kubernetes.Access;

/// <summary>Access to the API server that an option names.</summary>
public static class ApiServerAccess
{
    /// <exception cref="ClusterAccessException">The kubeconfig, or this Pod, does not say how to reach it.</exception>
    public static ClusterAccess Open(ApiServerSpec server, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(server);
        var trusted = ClusterAccessOptions.Default with { Time = time };
        if (server.Text is { } text) return KubeconfigAccess.FromText(text, $"--{server.Kubeconfig}", server.Context, trusted);
        return server.Kubeconfig is { } file ? KubeconfigAccess.FromFiles(file, server.Context, trusted) : InClusterAccess.Create(trusted);
    }
}
