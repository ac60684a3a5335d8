using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Sources;

/// <summary>What is known of one selection of objects in a cluster. Not thread-safe.</summary>
/// <param name="now">By <see cref="SteadyTime"/>.</param>
internal sealed class SelectionState(ApiSelection selection, TimeSpan now)
{
    private readonly Dictionary<ObjectKey, ImmutableArray<Diagnostic>> _findings = [];
    private ImmutableArray<Diagnostic>? _sorted = [];

    public ApiSelection Selection { get; } = selection;

    public Dictionary<ObjectKey, MeshObject> Objects { get; } = [];

    /// <summary>True once a list was complete or the server does not have the resource.</summary>
    public bool Synced { get; private set; }

    public bool IsMissing { get; set; }

    /// <summary>Why it does not work at present; null when it does.</summary>
    public Exception? Problem { get; set; }

    /// <summary>By <see cref="SteadyTime"/>.</summary>
    public TimeSpan HeardAt { get; set; } = now;

    /// <summary>Since when the server has not let us read it, by <see cref="SteadyTime"/>; null while it does or does not answer.</summary>
    public TimeSpan? RefusedAt { get; set; }

    /// <summary>About single objects, in stable order.</summary>
    public ImmutableArray<Diagnostic> Findings =>
        _sorted ??= [.. _findings.OrderBy(pair => pair.Key.Namespace, StringComparer.Ordinal).ThenBy(pair => pair.Key.Name, StringComparer.Ordinal).SelectMany(pair => pair.Value)];

    /// <summary>Takes over a whole list.</summary>
    public void Replace(ImmutableArray<ApiItem> items, List<MeshObject> upserts, List<ObjectKey> deletes)
    {
        Synced = true;
        var present = new HashSet<ObjectKey>(items.Length);
        foreach (var item in items)
        {
            present.Add(item.Key);
            Put(item, upserts);
        }

        foreach (var key in Objects.Keys.Concat(_findings.Keys).Where(key => !present.Contains(key)).ToHashSet()) Remove(key, deletes);
    }

    /// <summary>An object with errors leaves the last good one in force and is reported.</summary>
    public void Put(ApiItem item, List<MeshObject> upserts)
    {
        SetFindings(item.Key, item.Findings);
        if (item.Object is not { } value) return;
        // Most updates change what the mesh does not read: such an object stays the instance it is.
        if (Objects.TryGetValue(item.Key, out var known) && MeshYaml.Same(known, value)) return;
        Objects[item.Key] = value;
        upserts.Add(value);
    }

    public void Remove(ObjectKey key, List<ObjectKey> deletes)
    {
        SetFindings(key, []);
        if (Objects.Remove(key)) deletes.Add(key);
    }

    private void SetFindings(ObjectKey key, ImmutableArray<Diagnostic> findings)
    {
        if (!findings.IsEmpty) _findings[key] = findings;
        else if (!_findings.Remove(key)) return;
        _sorted = null;
    }
}
