using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>What is known of one file: its last good objects and what is wrong with it now.</summary>
internal sealed class FolderFile(string path)
{
    private static readonly Dictionary<ObjectKey, MeshObject> _none = [];

    private Dictionary<ObjectKey, MeshObject> _lastRead = _none;
    private byte[]? _content;

    public string Path { get; } = path;

    public FileStamp Stamp { get; private set; }

    /// <summary>There is a content, and it was read.</summary>
    public bool IsRead => _content is not null;

    /// <summary>Objects in force, maybe some that the present content no longer has. A change gives another instance.</summary>
    public IReadOnlyDictionary<ObjectKey, MeshObject> Objects { get; private set; } = _none;

    public ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    /// <summary>When objects that are gone from the content may be let go; null when there are none.</summary>
    public DateTimeOffset? SettlesAt { get; private set; }

    /// <summary>Number of the last look through the folder that has found it.</summary>
    public int SeenBy { get; set; }

    /// <summary>Reads what is there now. Cannot fail: what is wrong is then one of the diagnostics.</summary>
    public void Read(FileStamp stamp, FolderSourceOptions options, DateTimeOffset now)
    {
        if (stamp.Length > options.MaxFileBytes)
        {
            MarkUnreadable("FileTooLarge",
                $"the file has {stamp.Length} bytes, more than {options.MaxFileBytes}; split it; its last good objects stay in force");
            return;
        }

        try
        {
            var bytes = File.ReadAllBytes(Path);
            // The text of ten thousand files would be in memory only to be compared.
            var content = SHA256.HashData(bytes);
            Stamp = stamp;
            if (_content is not null && content.AsSpan().SequenceEqual(_content)) return;
            _content = content;
            using var text = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
            Update(text.ReadToEnd(), options, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            MarkUnreadable("FileUnreadable", $"cannot read the file: {e.Message}; its last good objects stay in force");
        }
    }

    /// <summary>Lets go of what the content no longer has. False when there was nothing to do yet.</summary>
    public bool Settle(DateTimeOffset now)
    {
        if (SettlesAt is not { } at || now < at) return false;
        SettlesAt = null;
        Objects = _lastRead;
        return true;
    }

    /// <summary>The content cannot be had: the last good objects stay.</summary>
    private void MarkUnreadable(string code, string message)
    {
        _content = null;
        SettlesAt = null;
        Diagnostics = [new Diagnostic(Severity.Error, code, message, new SourceLocation(Path))];
    }

    /// <summary>
    /// Takes a new content. Broken text changes nothing; objects with errors and, while there are any, objects that are
    /// missing keep their last good state; objects that are missing from a sound text go once it has settled.
    /// </summary>
    private void Update(string content, FolderSourceOptions options, DateTimeOffset now)
    {
        SettlesAt = null;
        var result = MeshYaml.Read(content, Path, new MeshYamlOptions { DefaultNamespace = options.DefaultNamespace });
        Diagnostics = result.Diagnostics;
        if (!result.WellFormed) return;
        _lastRead = result.Objects.ToDictionary(ObjectKey.Of, KeepInstance);
        var missing = Objects.Where(pair => !_lastRead.ContainsKey(pair.Key)).ToArray();
        if (!result.HasErrors && missing.Length > 0) SettlesAt = now + options.Settle;
        Objects = missing.Length == 0 ? _lastRead : _lastRead.Concat(missing).ToDictionary();
    }

    /// <summary>An object that says the same at the same place stays the same instance.</summary>
    private MeshObject KeepInstance(MeshObject value) =>
        Objects.TryGetValue(ObjectKey.Of(value), out var known) && known.Location == value.Location && MeshYaml.Same(known, value)
            ? known
            : value;
}
