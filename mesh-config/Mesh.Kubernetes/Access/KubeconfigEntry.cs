namespace Mesh.Kubernetes.Access;

/// <summary>A named part of a kubeconfig.</summary>
internal sealed record KubeconfigEntry<T> where T : class
{
    public string Name { get; init; } = "";
    public T? Value { get; init; }

    /// <summary>File it stands in; empty for text from elsewhere.</summary>
    public string File { get; init; } = "";
}
