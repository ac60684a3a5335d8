using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>A context of a kubeconfig: which user calls which cluster.</summary>
internal sealed record KubeconfigContext
{
    public string Cluster { get; init; } = "";
    public string User { get; init; } = "";
    public string Namespace { get; init; } = "";

    internal static Schema<KubeconfigContext> Schema { get; } =
        new Schema<KubeconfigContext>("Context", () => new KubeconfigContext())
            .Field("cluster", Codecs.Text, x => x.Cluster, (x, v) => x with { Cluster = v })
            .Field("user", Codecs.Text, x => x.User, (x, v) => x with { User = v })
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Open();
}
