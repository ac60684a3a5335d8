namespace Mesh.Config.Sources;

/// <summary>An API server as options name it, after <c>kube:</c>.</summary>
/// <param name="Kubeconfig">File or files; null: the service account of this Pod.</param>
/// <param name="Context">Context in it; null: the current one.</param>
public sealed record ApiServerSpec(string? Kubeconfig, string? Context)
{
    public const string Prefix = "kube:";

    /// <summary>Place of a server that settings of its own describe.</summary>
    public const string Described = "api-server";

    private const string InCluster = "in-cluster";

    /// <summary>The kubeconfig itself, where <see cref="Kubeconfig"/> is only a name; null: a file.</summary>
    public string? Text { get; init; }

    /// <summary>Whether settings of its own are to describe it, as <see cref="Text"/>.</summary>
    public bool IsDescribed => Kubeconfig == Described && Context is null;

    /// <summary>Reads <c>KUBECONFIG</c>, <c>KUBECONFIG#CONTEXT</c> or <c>in-cluster</c>.</summary>
    public static ApiServerSpec Parse(string place)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        var hash = place.IndexOf('#', StringComparison.Ordinal);
        return new ApiServerSpec(
            place == InCluster ? null : hash < 0 ? place : place[..hash],
            hash < 0 ? null : place[(hash + 1)..]);
    }

    /// <summary>As it is written in an option.</summary>
    public override string ToString() => $"{Prefix}{Kubeconfig ?? InCluster}{(Context is null ? "" : "#" + Context)}";
}
