using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Config.Diagnostics;

namespace Mesh.Config.Model.Compilation;

/// <summary>A snapshot compiled from all objects; views are computed when asked for and kept.</summary>
internal sealed class CompiledSnapshot : MeshSnapshot
{
    private readonly ConcurrentDictionary<ProxyScope, CompiledView> _views = new(ProxyScopeComparer.Instance);
    private readonly ConcurrentDictionary<string, TrafficConfig> _configs = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<ProxyScope, FrozenDictionary<UpstreamKey, Upstream>> _earlier;

    public CompiledSnapshot(
        long version,
        bool synced,
        MeshIndex index,
        MeshModelOptions options,
        IEnumerable<Diagnostic> diagnostics,
        CompiledSnapshot? previous)
    {
        Version = version;
        Synced = synced;
        Index = index;
        Options = options;
        var found = new List<Diagnostic>(diagnostics);
        var compiler = new ServiceCompiler(index, new WorkloadFacts(index, options), options);
        Services = compiler.Compile();
        found.AddRange(compiler.Diagnostics);
        Gateways = NetworkGateways.Compile(index, found);
        ModelFindings.Collect(this, found);
        Diagnostics =
        [
            .. found.Distinct()
                .OrderBy(diagnostic => diagnostic.Location.Origin, StringComparer.Ordinal)
                .ThenBy(diagnostic => diagnostic.Location.Line)
                .ThenBy(diagnostic => diagnostic.Location.Column)
                .ThenBy(diagnostic => diagnostic.Code, StringComparer.Ordinal)
                .ThenBy(diagnostic => diagnostic.Message, StringComparer.Ordinal),
        ];
        _earlier = previous?.ComputedUpstreams() ?? FrozenDictionary<ProxyScope, FrozenDictionary<UpstreamKey, Upstream>>.Empty;
    }

    public override long Version { get; }

    public override bool Synced { get; }

    public override ImmutableArray<Diagnostic> Diagnostics { get; }

    public MeshIndex Index { get; }

    public MeshModelOptions Options { get; }

    /// <summary>By host.</summary>
    public ImmutableSortedDictionary<string, CompiledService> Services { get; }

    public NetworkGateways Gateways { get; }

    public override MeshView ViewFrom(ProxyScope scope) => _views.GetOrAdd(scope, CreateView);

    public override IEnumerable<(string Cluster, T Object)> Objects<T>() => Index.Of<T>();

    public TrafficConfig ConfigOf(string cluster) =>
        _configs.GetOrAdd(cluster, static (name, snapshot) => new TrafficConfig(snapshot.Index, name, snapshot.Options), this);

    private CompiledView CreateView(ProxyScope scope) => new(
        this, scope, _earlier.GetValueOrDefault(scope) ?? FrozenDictionary<UpstreamKey, Upstream>.Empty);

    /// <summary>
    /// What views have computed so far, copied: the next snapshot may share the instances without keeping this one alive.
    /// A scope nobody asked for this time keeps what it had.
    /// </summary>
    private FrozenDictionary<ProxyScope, FrozenDictionary<UpstreamKey, Upstream>> ComputedUpstreams()
    {
        var computed = new Dictionary<ProxyScope, FrozenDictionary<UpstreamKey, Upstream>>(_earlier, ProxyScopeComparer.Instance);
        foreach (var (scope, view) in _views) computed[scope] = view.ComputedUpstreams();
        return computed.ToFrozenDictionary(ProxyScopeComparer.Instance);
    }
}
