namespace Mesh.Config.Sources;

/// <summary>One <c>--source</c>: where the configuration of one cluster is read.</summary>
/// <param name="Folder">Folder of YAML files; empty for an API server.</param>
/// <param name="Cluster">Cluster id that its objects belong to.</param>
public sealed record SourceSpec(string Folder, string Cluster)
{
    private const string FilePrefix = "file:";

    /// <summary>The API server of the cluster, which also names other clusters in its Secrets; null for a folder.</summary>
    public ApiServerSpec? Server { get; init; }

    /// <summary>Reads <c>file:DIR@CLUSTER</c>, <c>kube:KUBECONFIG[#CONTEXT]@CLUSTER</c> or <c>kube:in-cluster@CLUSTER</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right ones.</exception>
    public static SourceSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Split(text, FilePrefix) is var (folder, of)) return new SourceSpec(folder, of);
        if (Split(text, ApiServerSpec.Prefix) is var (place, cluster)) return new SourceSpec("", cluster) { Server = ApiServerSpec.Parse(place) };
        throw new FormatException(text.StartsWith(ApiServerSpec.Prefix, StringComparison.Ordinal)
            ? $"'{text}' is not a source; write kube:KUBECONFIG@CLUSTER, kube:KUBECONFIG#CONTEXT@CLUSTER or kube:in-cluster@CLUSTER"
            : $"'{text}' is not a source; write file:DIR@CLUSTER, for example file:/etc/mesh@eks-a, or kube:KUBECONFIG@CLUSTER");
    }

    /// <summary>As it is written in the option.</summary>
    public override string ToString() => Server is { } server ? $"{server}@{Cluster}" : $"{FilePrefix}{Folder}@{Cluster}";

    private static (string Place, string Cluster)? Split(string text, string prefix)
    {
        // Names of contexts may have an @ in them, names of clusters may not.
        var at = text.LastIndexOf('@');
        return text.StartsWith(prefix, StringComparison.Ordinal) && at > prefix.Length && at < text.Length - 1
            ? (text[prefix.Length..at], text[(at + 1)..])
            : null;
    }
}
