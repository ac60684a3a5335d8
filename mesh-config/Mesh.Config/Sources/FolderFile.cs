using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>What is known of one file: its last good objects and what is wrong with it now.</summary>
internal sealed class FolderFile(string path)
{
    private ImmutableDictionary<ObjectKey, MeshObject> _lastRead = ImmutableDictionary<ObjectKey, MeshObject>.Empty;

    public string Path { get; } = path;

    public (DateTime WrittenAt, long Length) Stamp { get; private set; }

    /// <summary>Content of the last read, null before it.</summary>
    public string? Content { get; private set; }

    /// <summary>Objects in force, maybe some that the present content no longer has.</summary>
    public ImmutableDictionary<ObjectKey, MeshObject> Objects { get; private set; } =
        ImmutableDictionary<ObjectKey, MeshObject>.Empty;

    public ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    /// <summary>When objects that are gone from the content may be let go; null when there are none.</summary>
    public DateTimeOffset? SettlesAt { get; private set; }

    /// <summary>The content cannot be had: the last good objects stay.</summary>
    public void MarkUnreadable(string code, string message)
    {
        Content = null;
        SettlesAt = null;
        Diagnostics = [new Diagnostic(Severity.Error, code, message, new SourceLocation(Path))];
    }

    /// <summary>The same content was found again.</summary>
    public void Touch((DateTime, long) stamp) => Stamp = stamp;

    /// <summary>
    /// Takes a new content. Broken text changes nothing; objects with errors and, while there are any, objects that are
    /// missing keep their last good state; objects that are missing from a sound text go once it has settled.
    /// </summary>
    public void Update(string content, (DateTime, long) stamp, FolderSourceOptions options, DateTimeOffset now)
    {
        Stamp = stamp;
        Content = content;
        SettlesAt = null;
        var result = MeshYaml.Read(content, Path, new MeshYamlOptions { DefaultNamespace = options.DefaultNamespace });
        Diagnostics = result.Diagnostics;
        if (!result.WellFormed) return;
        _lastRead = result.Objects.ToImmutableDictionary(ObjectKey.Of, KeepInstance);
        if (!result.HasErrors && Objects.Keys.Any(key => !_lastRead.ContainsKey(key))) SettlesAt = now + options.Settle;
        Objects = Objects.SetItems(_lastRead);
    }

    /// <summary>Lets go of what the content no longer has. False when there was nothing to do yet.</summary>
    public bool Settle(DateTimeOffset now)
    {
        if (SettlesAt is not { } at || now < at) return false;
        SettlesAt = null;
        Objects = _lastRead;
        return true;
    }

    /// <summary>An object that says the same at the same place stays the same instance.</summary>
    private MeshObject KeepInstance(MeshObject value) =>
        Objects.TryGetValue(ObjectKey.Of(value), out var known) && known.Location == value.Location && MeshYaml.Same(known, value)
            ? known
            : value;
}
