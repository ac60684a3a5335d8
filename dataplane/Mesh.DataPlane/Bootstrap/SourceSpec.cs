namespace Mesh.DataPlane.Bootstrap;

/// <summary>One <c>--source</c>: where the configuration of one cluster is read.</summary>
/// <param name="Folder">Folder of YAML files; empty for a source in Kubernetes.</param>
/// <param name="Cluster">Cluster id that its objects belong to.</param>
public sealed record SourceSpec(string Folder, string Cluster)
{
    private const string FilePrefix = "file:";
    private const string KubePrefix = "kube:";
    private const string InCluster = "in-cluster";

    /// <summary>True for the API server of the cluster, with the clusters that its Secrets name.</summary>
    public bool IsKubernetes { get; private init; }

    /// <summary>Kubeconfig file or files; null: the service account of this Pod.</summary>
    public string? Kubeconfig { get; private init; }

    /// <summary>Context in it; null: the current one.</summary>
    public string? Context { get; private init; }

    /// <summary>Reads <c>file:DIR@CLUSTER</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static SourceSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Split(text, FilePrefix) is var (folder, cluster)
            ? new SourceSpec(folder, cluster)
            : throw new FormatException($"'{text}' is not a source; write file:DIR@CLUSTER, for example file:/etc/mesh@eks-a");
    }

    /// <summary>Reads that, <c>kube:KUBECONFIG[#CONTEXT]@CLUSTER</c> or <c>kube:in-cluster@CLUSTER</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static SourceSpec ParseAny(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(KubePrefix, StringComparison.Ordinal)) return Parse(text);
        if (Split(text, KubePrefix) is not var (place, cluster))
            throw new FormatException($"'{text}' is not a source; write kube:KUBECONFIG@CLUSTER, kube:KUBECONFIG#CONTEXT@CLUSTER or kube:in-cluster@CLUSTER");
        var hash = place.IndexOf('#', StringComparison.Ordinal);
        return new SourceSpec("", cluster)
        {
            IsKubernetes = true,
            Kubeconfig = place == InCluster ? null : hash < 0 ? place : place[..hash],
            Context = hash < 0 ? null : place[(hash + 1)..],
        };
    }

    private static (string Place, string Cluster)? Split(string text, string prefix)
    {
        // Names of contexts may have an @ in them, names of clusters may not.
        var at = text.LastIndexOf('@');
        return text.StartsWith(prefix, StringComparison.Ordinal) && at > prefix.Length && at < text.Length - 1
            ? (text[prefix.Length..at], text[(at + 1)..])
            : null;
    }
}
