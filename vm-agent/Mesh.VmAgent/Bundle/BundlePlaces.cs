namespace Mesh.VmAgent.Bundle;

/// <summary>Where the files of a bundle are.</summary>
/// <param name="InstallHint">What to do when the files are missing.</param>
internal sealed record BundlePlaces(
    string ClusterEnv, string SidecarEnv, string MeshConfig, string Token, string Hosts, string Annotations, string AgentFile, string InstallHint)
{
    /// <summary>Our own folder of the machine; here without a bundle folder.</summary>
    public const string OwnFolder = "/etc/mesh-agent";

    /// <summary>First of these that exists, after what variables name; source: istio pkg/security/security.go.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>One folder with the five files as istioctl wrote them.</summary>
    public static BundlePlaces Folder(string folder) => new(
        Path.Combine(folder, "cluster.env"), Path.Combine(folder, "sidecar.env"), Path.Combine(folder, "mesh.yaml"),
        Path.Combine(folder, "istio-token"), Path.Combine(folder, "hosts"), Path.Combine(folder, "annotations"),
        Path.Combine(folder, "agent.yaml"), $"write it with: istioctl x workload entry configure -o {folder}")
    {
        Roots = [Path.Combine(folder, "root-cert.pem")],
    };

    /// <summary>Where Istio's own package has them.</summary>
    /// <param name="root">The machine's <c>/</c>.</param>
    /// <param name="environment">Its <c>ISTIO_CLUSTER_CONFIG</c>, <c>ISTIO_SIDECAR_CONFIG</c> and <c>PROV_CERT</c> count.</param>
    public static BundlePlaces Istio(string root, IReadOnlyDictionary<string, string> environment)
    {
        string At(string path) => Path.Combine(root, path.TrimStart('/'));
        // The agent's own paths are relative there ("./etc/certs") and its working directory is the root.
        string Or(string variable, string path) => environment.GetValueOrDefault(variable) is { Length: > 0 } given
            ? Path.Combine(root, given.StartsWith("./", StringComparison.Ordinal) ? given[2..] : given)
            : At(path);
        return new BundlePlaces(
            Or("ISTIO_CLUSTER_CONFIG", "/var/lib/istio/envoy/cluster.env"), Or("ISTIO_SIDECAR_CONFIG", "/var/lib/istio/envoy/sidecar.env"),
            At("/etc/istio/config/mesh"), At("/var/run/secrets/tokens/istio-token"), At("/etc/istio/hosts"), At("/etc/istio/pod/annotations"),
            At($"{OwnFolder}/agent.yaml"), "copy the files of `istioctl x workload entry configure` there, or name their folder with --bundle DIR")
        {
            Roots = [At("/etc/certs/root-cert.pem"), Path.Combine(Or("PROV_CERT", "/etc/certs"), "root-cert.pem"), At("/var/run/secrets/istio/root-cert.pem")],
        };
    }
}
