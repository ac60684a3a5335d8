using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// What each source has said, and which objects are in force: when several sources of one cluster have the same one, that
/// of the first source. Not thread-safe.
/// </summary>
internal sealed class SourceStates
{
    private readonly List<IMeshSource> _sources = [];
    private readonly Dictionary<IMeshSource, SourceState> _states = [];
    private readonly Dictionary<string, List<SourceState>> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<Dependency, ImmutableArray<Diagnostic>> _duplicates = [];
    private Dictionary<Dependency, ObjectKey> _changed = [];

    public SourceStates(ImmutableArray<IMeshSource> sources)
    {
        foreach (var source in sources) Add(source);
    }

    public IReadOnlyList<IMeshSource> Sources => _sources;

    /// <summary>In the order of the sources.</summary>
    public ImmutableArray<IMeshSource> Unsynced => [.. _sources.Where(source => !_states[source].Synced)];

    /// <summary>Of the sources themselves and about objects that several have.</summary>
    public IEnumerable<Diagnostic> Findings =>
    [
        .. _sources.SelectMany(source => _states[source].Findings),
        .. _duplicates.Values.SelectMany(findings => findings),
    ];

    public bool Knows(IMeshSource source) => source is not null && _states.ContainsKey(source);

    public void Add(IMeshSource source)
    {
        var state = new SourceState(source);
        _states.Add(source, state);
        _sources.Add(source);
        if (!_clusters.TryGetValue(source.Cluster, out var states)) _clusters.Add(source.Cluster, states = []);
        states.Add(state);
    }

    /// <summary>All of its objects go; those that another source of the cluster has too come into force from there.</summary>
    public void Remove(IMeshSource source)
    {
        if (!_states.Remove(source, out var state)) return;
        _sources.Remove(source);
        _clusters[source.Cluster].Remove(state);
        foreach (var (key, value) in state.Objects) MarkChanged(state, key, value);
    }

    /// <summary>False when everything is as it was.</summary>
    public bool Apply(IMeshSource source, MeshChanges changes)
    {
        var state = _states[source];
        var news = state.Failure is not null || changes.Synced && !state.Synced;
        foreach (var key in changes.Deletes)
            if (state.Objects.Remove(key, out var gone))
                MarkChanged(state, key, gone);
        foreach (var value in changes.Upserts)
        {
            var key = ObjectKey.Of(value);
            // Late and repeated events say nothing new.
            if (state.Objects.TryGetValue(key, out var known) && known.Location == value.Location && SayTheSame(known, value)) continue;
            state.Objects[key] = value;
            MarkChanged(state, key, value);
        }

        if (changes.Diagnostics is { } diagnostics && !diagnostics.AsSpan().SequenceEqual(state.Diagnostics.AsSpan()))
        {
            state.Diagnostics = diagnostics;
            news = true;
        }

        state.Failure = null;
        state.Synced |= changes.Synced;
        return news || _changed.Count > 0;
    }

    public void Fail(IMeshSource source, Diagnostic failure) => _states[source].Failure = failure;

    /// <summary>Objects that are not what they were when this was last called, null for those that are gone.</summary>
    public List<(Dependency Name, MeshObject? Object)> TakeChanges()
    {
        var taken = new List<(Dependency, MeshObject?)>(_changed.Count);
        foreach (var (name, key) in _changed) taken.Add((name, InForce(name, key)));
        // A burst leaves a large table behind; the next change should not pay for it.
        _changed = [];
        return taken;
    }

    private void MarkChanged(SourceState state, ObjectKey key, MeshObject value) =>
        _changed[Dependency.OnObject(state.Source.Cluster, value)] = key;

    private MeshObject? InForce(Dependency name, ObjectKey key)
    {
        SourceState? first = null;
        MeshObject? value = null;
        var duplicates = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var state in _clusters.GetValueOrDefault(name.Cluster) ?? [])
        {
            if (!state.Objects.TryGetValue(key, out var candidate)) continue;
            if (first is null) (first, value) = (state, candidate);
            else duplicates.Add(Duplicate(candidate, first.Source));
        }

        if (duplicates.Count > 0) _duplicates[name] = duplicates.ToImmutable();
        else _duplicates.Remove(name);
        return value;
    }

    private static Diagnostic Duplicate(MeshObject value, IMeshSource first) => new(
        Severity.Warning, "DuplicateObject",
        $"source {first.Name} has the same object for this cluster; this one is ignored", value.Location, value.Subject);

    private sealed class SourceState(IMeshSource source)
    {
        public IMeshSource Source { get; } = source;
        public Dictionary<ObjectKey, MeshObject> Objects { get; } = [];
        public ImmutableArray<Diagnostic> Diagnostics { get; set; } = [];
        public Diagnostic? Failure { get; set; }
        public bool Synced { get; set; }

        public IEnumerable<Diagnostic> Findings => Failure is null ? Diagnostics : Diagnostics.Add(Failure);
    }

    /// <summary>What DNS said is no resource and has no schema to compare by.</summary>
    private static bool SayTheSame(MeshObject left, MeshObject right) =>
        left is ResolvedHost before && right is ResolvedHost now
            ? before.Addresses.AsSpan().SequenceEqual(now.Addresses.AsSpan())
            : MeshYaml.Same(left, right);
}
