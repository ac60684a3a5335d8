using System.Collections.Immutable;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// The only way in which compilation reads the mesh: it takes down what was read, so that a result is computed again
/// exactly when something that it came from is not the same any more. Made for one computation; not thread-safe.
/// Compiling functions must not keep what they read for another computation.
/// </summary>
internal sealed class MeshReader(IMeshState state)
{
    private readonly Dictionary<Dependency, object?> _reads = [];

    /// <summary>Everything read so far with the instance that was seen.</summary>
    public IReadOnlyDictionary<Dependency, object?> Reads => _reads;

    public MeshModelOptions Options => state.Options;

    /// <summary>Null when no network has a gateway yet.</summary>
    public NetworkGateways Gateways => (NetworkGateways?)Read(Dependency.Gateways) ?? NetworkGateways.None;

    /// <summary>Networks that have workloads.</summary>
    public ImmutableSortedSet<string> Networks =>
        (ImmutableSortedSet<string>?)Read(Dependency.Networks) ?? ImmutableSortedSet<string>.Empty;

    /// <summary>All objects of a type, by cluster, namespace and name. Whoever asks is computed again when any of them changes.</summary>
    public ImmutableArray<(string Cluster, T Object)> Of<T>() where T : MeshObject =>
        Set(Dependency.OnType(typeof(T))).Entries<T>();

    /// <summary>As <see cref="Of{T}"/>, as the set, which can keep what is derived from it.</summary>
    public ObjectSet SetOf<T>() where T : MeshObject => Set(Dependency.OnType(typeof(T)));

    /// <summary>Of all clusters.</summary>
    public ObjectSet SetIn<T>(string objectNamespace) where T : MeshObject =>
        Set(Dependency.OnNamespace(typeof(T), objectNamespace));

    /// <summary>Objects of a namespace of one cluster.</summary>
    public IEnumerable<T> In<T>(string cluster, string objectNamespace) where T : MeshObject =>
        SetIn<T>(objectNamespace).Entries<T>().Where(entry => entry.Cluster == cluster).Select(entry => entry.Object);

    public T? Find<T>(string cluster, string objectNamespace, string name) where T : MeshObject =>
        (T?)Read(Dependency.OnObject(typeof(T), cluster, objectNamespace, name));

    /// <summary>The object of a name, null when it is gone.</summary>
    public MeshObject? Find(Dependency name) => (MeshObject?)Read(name);

    public ImmutableArray<(string Cluster, T Object)> WithKey<T>(string cluster, string objectNamespace, string key)
        where T : MeshObject => Set(Dependency.OnKey(typeof(T), cluster, objectNamespace, key)).Entries<T>();

    /// <summary>Services or ServiceEntries that declare a host; a wildcard of a ServiceEntry is a host of its own.</summary>
    public ImmutableArray<(string Cluster, T Object)> OfHost<T>(string host) where T : MeshObject =>
        WithKey<T>("", "", IndexKeys.Host(host));

    public IEnumerable<EndpointSlice> SlicesOf(string cluster, string objectNamespace, string service) =>
        WithKey<EndpointSlice>(cluster, objectNamespace, IndexKeys.OfService(service)).Select(entry => entry.Object);

    /// <summary>
    /// Pods or WorkloadEntries of a namespace, of all clusters, that may have all labels of a selector: the caller still
    /// compares. An empty selector gives all.
    /// </summary>
    public ImmutableArray<(string Cluster, T Object)> Candidates<T>(
        string objectNamespace, ImmutableSortedDictionary<string, string> selector) where T : MeshObject
    {
        if (selector.IsEmpty) return SetIn<T>(objectNamespace).Entries<T>();
        // Every object that has all labels is in the set of each: the smallest is the quickest to look through.
        var best = selector
            .Select(pair => Dependency.OnKey(typeof(T), "", objectNamespace, IndexKeys.Label(pair.Key, pair.Value)))
            .MinBy(dependency => state.Index.Set(dependency).Objects.Count);
        return Set(best).Entries<T>();
    }

    /// <summary>Null when nothing declares the host.</summary>
    public CompiledService? Service(string host) => (CompiledService?)Read(Dependency.OnService(host));

    /// <summary>As <see cref="Service"/> for those who do not care about endpoints: it stays the same when only they change.</summary>
    public CompiledService? Declaration(string host) => (CompiledService?)Read(Dependency.OnDeclaration(host));

    /// <summary>Takes down all VirtualServices and all <see cref="Declaration"/>s, without looking at them.</summary>
    public void NoteRouteSources()
    {
        Read(Dependency.OnType(typeof(VirtualService)));
        Read(Dependency.Declarations);
    }

    /// <summary>
    /// A value that many computations need and that changes seldom; they are computed again only when it is another by
    /// <see cref="object.Equals(object)"/>, not whenever the objects behind it are touched.
    /// </summary>
    /// <param name="compute">Must read by the reader it is given and by nothing else.</param>
    public T Fact<T>(string name, string cluster, Func<MeshReader, T> compute) where T : notnull =>
        (T)state.Fact(Dependency.OnFact(name, cluster), reader => compute(reader), this);

    /// <summary>Takes down a read that was made by other means.</summary>
    public void Note(Dependency dependency, object? observed) => _reads[dependency] = observed;

    private ObjectSet Set(Dependency dependency) => (ObjectSet?)Read(dependency) ?? ObjectSet.Empty;

    private object? Read(Dependency dependency)
    {
        if (_reads.TryGetValue(dependency, out var known)) return known;
        var observed = state.Observe(dependency);
        _reads.Add(dependency, observed);
        return observed;
    }
}
