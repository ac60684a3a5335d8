using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>Which file each object of a folder comes from. When several have the same one, the first by path has it. Not thread-safe.</summary>
internal sealed class FolderObjects
{
    private static readonly Comparer<FolderFile> _byPath =
        Comparer<FolderFile>.Create((left, right) => string.CompareOrdinal(left.Path, right.Path));

    private readonly Dictionary<ObjectKey, FolderFile> _owners = [];
    private readonly Dictionary<ObjectKey, SortedSet<FolderFile>> _shared = [];
    private readonly Dictionary<ObjectKey, MeshObject> _sent = [];
    private readonly HashSet<ObjectKey> _touched = [];

    /// <summary>Objects that are in more than one file; each is in force from the first of these.</summary>
    public IEnumerable<Diagnostic> Duplicates => _shared
        .SelectMany(pair => pair.Value.Skip(1).Select(file => (First: pair.Value.Min!.Objects[pair.Key], Other: file.Objects[pair.Key])))
        .OrderBy(pair => pair.Other.Location.Origin, StringComparer.Ordinal)
        .ThenBy(pair => pair.Other.Location.Line)
        .ThenBy(pair => pair.Other.Location.Column)
        .Select(pair => new Diagnostic(
            Severity.Error, "DuplicateObject",
            $"the same object is already at {pair.First.Location}; this one is ignored, remove or rename it",
            pair.Other.Location, pair.Other.Subject));

    public bool HasDuplicates => _shared.Count > 0;

    /// <summary>A file has other objects than before.</summary>
    public void Replace(FolderFile file, IReadOnlyDictionary<ObjectKey, MeshObject> before, IReadOnlyDictionary<ObjectKey, MeshObject> after)
    {
        if (ReferenceEquals(before, after)) return;
        foreach (var key in before.Keys)
            if (!after.ContainsKey(key))
                Remove(key, file);
        foreach (var (key, value) in after)
        {
            if (!before.TryGetValue(key, out var known)) Add(key, file);
            else if (!ReferenceEquals(known, value)) _touched.Add(key);
        }
    }

    /// <summary>What is not as it was when this was last called.</summary>
    public (ImmutableArray<MeshObject> Upserts, ImmutableArray<ObjectKey> Deletes) TakeChanges()
    {
        var upserts = ImmutableArray.CreateBuilder<MeshObject>();
        var deletes = ImmutableArray.CreateBuilder<ObjectKey>();
        foreach (var key in _touched)
        {
            var sent = _sent.GetValueOrDefault(key);
            if (!_owners.TryGetValue(key, out var owner))
            {
                if (_sent.Remove(key)) deletes.Add(key);
            }
            else if (owner.Objects[key] is var value && !ReferenceEquals(sent, value))
            {
                _sent[key] = value;
                upserts.Add(value);
            }
        }

        _touched.Clear();
        _touched.TrimExcess(16);
        return (upserts.ToImmutable(), deletes.ToImmutable());
    }

    private void Add(ObjectKey key, FolderFile file)
    {
        _touched.Add(key);
        if (_owners.TryAdd(key, file)) return;
        if (!_shared.TryGetValue(key, out var files)) _shared.Add(key, files = new SortedSet<FolderFile>(_byPath) { _owners[key] });
        files.Add(file);
        _owners[key] = files.Min!;
    }

    private void Remove(ObjectKey key, FolderFile file)
    {
        _touched.Add(key);
        if (!_shared.TryGetValue(key, out var files))
        {
            _owners.Remove(key);
            return;
        }

        files.Remove(file);
        _owners[key] = files.Min!;
        if (files.Count == 1) _shared.Remove(key);
    }
}
