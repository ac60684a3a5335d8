namespace Mesh.Kubernetes.Access;

/// <summary>Access for a Pod to the cluster it runs in, by its service account.</summary>
/// <remarks>Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod".</remarks>
public static class InClusterAccess
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>True in a Pod with a service account.</summary>
    public static bool IsAvailable(ClusterAccessOptions? options = null, string folder = AccountFolder) =>
        (options ?? ClusterAccessOptions.Default).Environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(folder, "token"));

    /// <exception cref="ClusterAccessException">This is not a Pod, or it has no service account.</exception>
    public static ClusterAccess Create(ClusterAccessOptions? options = null, string folder = AccountFolder)
    {
        options ??= ClusterAccessOptions.Default;
        if (options.Environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host)
            throw new ClusterAccessException("this is not a Pod (KUBERNETES_SERVICE_HOST is not set); name a kubeconfig");
        var port = options.Environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        var (token, authority) = (Path.Combine(folder, "token"), Path.Combine(folder, "ca.crt"));
        if (!File.Exists(token) || !File.Exists(authority))
            throw new ClusterAccessException($"there is no service account in {folder}; set automountServiceAccountToken: true on the Pod or its ServiceAccount");
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        var space = Path.Combine(folder, "namespace");
        return new ClusterAccess
        {
            Server = new Uri($"https://{address}:{port}/"),
            Origin = "service account of this Pod",
            Authorities = () => ClientCertificate.Authorities(File.ReadAllText(authority), authority),
            Credentials = TokenFile.Open(token, options.Time),
            Namespace = File.Exists(space) ? File.ReadAllText(space).Trim() : null,
        };
    }
}
