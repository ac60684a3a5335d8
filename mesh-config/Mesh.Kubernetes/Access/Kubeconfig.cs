using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>The content of one or several merged kubeconfig files.</summary>
/// <remarks>
/// Read here and not by KubernetesClient, whose model has neither <c>proxy-url</c> nor <c>tokenFile</c>, which runs exec plugins
/// while it reads, and whose certificate check passes over the host name under a private CA.
/// </remarks>
internal sealed record Kubeconfig
{
    public string CurrentContext { get; init; } = "";
    public ImmutableArray<KubeconfigEntry<KubeconfigCluster>> Clusters { get; init; } = [];
    public ImmutableArray<KubeconfigEntry<KubeconfigContext>> Contexts { get; init; } = [];
    public ImmutableArray<KubeconfigEntry<KubeconfigUser>> Users { get; init; } = [];

    internal static Schema<Kubeconfig> Schema { get; } =
        new Schema<Kubeconfig>("Config", () => new Kubeconfig())
            .Field("current-context", Codecs.Text, x => x.CurrentContext, (x, v) => x with { CurrentContext = v })
            .Field("clusters", Codecs.List(Entry("cluster", KubeconfigCluster.Schema)), x => x.Clusters, (x, v) => x with { Clusters = v })
            .Field("contexts", Codecs.List(Entry("context", KubeconfigContext.Schema)), x => x.Contexts, (x, v) => x with { Contexts = v })
            .Field("users", Codecs.List(Entry("user", KubeconfigUser.Schema)), x => x.Users, (x, v) => x with { Users = v })
            .Open();

    /// <summary>The first file that has a name wins, as kubectl merges them.</summary>
    public Kubeconfig Then(Kubeconfig next) => new()
    {
        CurrentContext = CurrentContext.Length > 0 ? CurrentContext : next.CurrentContext,
        Clusters = Merge(Clusters, next.Clusters),
        Contexts = Merge(Contexts, next.Contexts),
        Users = Merge(Users, next.Users),
    };

    /// <summary>Remembers the file of each entry: relative paths in it are relative to its folder.</summary>
    public Kubeconfig From(string file) => this with
    {
        Clusters = [.. Clusters.Select(entry => entry with { File = file })],
        Contexts = [.. Contexts.Select(entry => entry with { File = file })],
        Users = [.. Users.Select(entry => entry with { File = file })],
    };

    private static Schema<KubeconfigEntry<T>> Entry<T>(string field, Schema<T> schema) where T : class =>
        new Schema<KubeconfigEntry<T>>("NamedEntry", () => new KubeconfigEntry<T>())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Message(field, schema, x => x.Value, (x, v) => x with { Value = v })
            .Open();

    private static ImmutableArray<KubeconfigEntry<T>> Merge<T>(
        ImmutableArray<KubeconfigEntry<T>> first, ImmutableArray<KubeconfigEntry<T>> second) where T : class =>
        [.. first.Concat(second).DistinctBy(entry => entry.Name, StringComparer.Ordinal)];
}
