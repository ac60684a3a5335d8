using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>
/// All <c>*.yaml</c> and <c>*.yml</c> files below a folder as the resources of one cluster, kept up to date. Broken,
/// half-written and unreadable files keep their last good objects and are reported; only a deleted file, or a
/// sound one without the object, deletes. Names that begin with <c>.</c> or end in <c>~</c> or <c>.tmp</c> are ignored, and
/// links to folders are not followed. A change costs what the changed files cost, not what the folder has.
/// </summary>
public sealed class FolderSource : IMeshSource
{
    /// <summary>Stands for all files that are links: what they lead to may have changed.</summary>
    internal const string Links = "";

    /// <summary>Looking through a large folder may take up to this share of the time.</summary>
    private const double RescanShare = 0.02;

    private readonly string _directory;
    private readonly FolderSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly FolderEvents _events;
    private readonly Dictionary<string, FolderFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<FolderFile> _settling = [];
    private readonly HashSet<FolderFile> _links = [];
    private readonly FolderObjects _objects = new();
    private FolderWatch? _watch;
    private string? _watchProblem;
    private string? _listProblem;
    private Task<Listing>? _listing;
    private DateTimeOffset _rescanAt;
    private int _looks;
    private int _changes;
    private bool _diagnosticsMayDiffer = true;
    private ImmutableArray<Diagnostic> _sentDiagnostics = [];
    private bool _complete;
    private bool _synced;

    /// <param name="directory">May not exist yet: the source syncs when it does.</param>
    /// <param name="cluster">Cluster id of all objects in it.</param>
    public FolderSource(
        string directory, string cluster, FolderSourceOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(cluster);
        _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        Cluster = cluster;
        _options = options ?? FolderSourceOptions.Default;
        _time = time ?? TimeProvider.System;
        _events = new FolderEvents(_options.Debounce, _time);
    }

    /// <inheritdoc />
    public string Name => $"file:{Cluster}";

    /// <inheritdoc />
    public string Cluster { get; }

    /// <inheritdoc />
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            EnsureWatch();
            Apply(List(_directory));
            Send(sink);
            while (!cancellationToken.IsCancellationRequested)
            {
                await _events.WhenDueAsync(UntilNext(), cancellationToken).ConfigureAwait(false);
                LookAtChanges();
                Send(sink);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The way to stop.
        }
        finally
        {
            DropWatch();
            if (_listing is not null) await _listing.ConfigureAwait(false);
            _listing = null;
        }
    }

    private static Listing List(string directory)
    {
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            var files = FolderPaths.List(directory);
            return new Listing(files, null, TimeProvider.System.GetElapsedTime(start));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Listing([], e.Message, TimeProvider.System.GetElapsedTime(start));
        }
    }

    private TimeSpan UntilNext()
    {
        // A look through the folder that is under way says itself when it is over.
        var next = _listing is null ? _rescanAt : _time.GetUtcNow() + _options.Rescan;
        if (_settling.Min(file => file.SettlesAt) is { } settles && settles < next) next = settles;
        var wait = next - _time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private void LookAtChanges()
    {
        var paths = _events.Take(out var all);
        all |= EnsureWatch();
        foreach (var path in paths)
        {
            if (path.Length == 0)
                foreach (var link in _links.ToArray()) all |= !LookAt(link.Path);
            else all |= !LookAt(path);
        }

        if (all) Apply(List(_directory));
        if (_listing is { IsCompletedSuccessfully: true } listing)
        {
            _listing = null;
            var known = _changes;
            Apply(listing.Result);
            // Nobody has told: the folder may be another one of the same name, and the watch on the old one.
            if (_changes != known) DropWatch();
            if (EnsureWatch()) Apply(List(_directory));
        }

        var now = _time.GetUtcNow();
        foreach (var file in _settling.Where(file => file.SettlesAt <= now).ToArray()) Change(file, () => file.Settle(now));
        if (_listing is null && now >= _rescanAt) Relist();
    }

    /// <summary>Aside, so that a change need not wait for a look through ten thousand files.</summary>
    private void Relist()
    {
        _listing = Task.Run(() => List(_directory), CancellationToken.None);
        _ = _listing.ContinueWith(_ => _events.Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <returns>True when the watch is a new one: nobody knows what has happened before it.</returns>
    private bool EnsureWatch()
    {
        if (_watch is not null || !Directory.Exists(_directory)) return false;
        var before = _watchProblem;
        try
        {
            _watch = FolderWatch.Start(_directory, _events);
            _watchProblem = null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No more watches to be had: the rescans still find everything, only later.
            _watchProblem = e.Message;
        }

        _diagnosticsMayDiffer |= before != _watchProblem;
        return _watch is not null;
    }

    private void DropWatch()
    {
        _watch?.Dispose();
        _watch = null;
    }

    /// <summary>Looks at every file that may be another than the one that is known, and at those that are gone.</summary>
    private void Apply(Listing listing)
    {
        var pause = listing.Took / RescanShare;
        _rescanAt = _time.GetUtcNow() + (pause > _options.Rescan ? pause : _options.Rescan);
        _diagnosticsMayDiffer |= listing.Problem != _listProblem;
        _listProblem = listing.Problem;
        if (listing.Problem is not null)
        {
            // What comes back may be another folder. As long as not everything can be listed nothing counts as gone.
            if (!Directory.Exists(_directory)) DropWatch();
            return;
        }

        _looks++;
        foreach (var (path, stamp) in listing.Files)
        {
            var known = _files.GetValueOrDefault(path);
            if (known is not { IsRead: true } || stamp != known.Stamp || !stamp.IsTrusted) LookAt(path);
            if (_files.TryGetValue(path, out var file)) file.SeenBy = _looks;
        }

        foreach (var gone in _files.Values.Where(file => file.SeenBy != _looks).ToArray()) LookAt(gone.Path);
        _complete = true;
    }

    /// <returns>False when the whole folder must be looked through.</returns>
    private bool LookAt(string path)
    {
        FileInfo info;
        try
        {
            info = new FileInfo(path);
            var attributes = File.GetAttributes(path);
            if (attributes.HasFlag(FileAttributes.Directory))
            {
                if (_files.TryGetValue(path, out var replaced)) Remove(replaced);
                // Links to folders are not followed.
                return attributes.HasFlag(FileAttributes.ReparsePoint);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // With the whole folder gone, as when it is no longer mounted, nothing of it counts as gone.
            if (!Directory.Exists(_directory)) return false;
            if (_files.TryGetValue(path, out var gone)) Remove(gone);
            else if (!FolderPaths.IsFile(Path.GetFileName(path.AsSpan()))) return !HasFilesBelow(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        if (!FolderPaths.IsFile(info.Name)) return true;
        if (!_files.TryGetValue(path, out var file)) _files.Add(path, file = new FolderFile(path));
        var stamp = FileStamp.Of(info);
        if (stamp.Target is null) _links.Remove(file);
        else _links.Add(file);
        Change(file, () => file.Read(stamp, _options, _time.GetUtcNow()));
        return true;
    }

    private bool HasFilesBelow(string path)
    {
        var folder = path + Path.DirectorySeparatorChar;
        return _files.Keys.Any(known => known.StartsWith(folder, StringComparison.Ordinal));
    }

    private void Change(FolderFile file, Action change)
    {
        var (objects, diagnostics) = (file.Objects, file.Diagnostics);
        change();
        if (file.SettlesAt is null) _settling.Remove(file);
        else _settling.Add(file);
        Replace(file, objects, file.Objects);
        _diagnosticsMayDiffer |= !diagnostics.IsEmpty || !file.Diagnostics.IsEmpty;
        // A file that cannot be read is tried with every look, and says the same each time in a new list.
        if (!ReferenceEquals(objects, file.Objects) || !diagnostics.AsSpan().SequenceEqual(file.Diagnostics.AsSpan())) _changes++;
    }

    private void Remove(FolderFile file)
    {
        _files.Remove(file.Path);
        _settling.Remove(file);
        _links.Remove(file);
        _changes++;
        _diagnosticsMayDiffer |= !file.Diagnostics.IsEmpty;
        Replace(file, file.Objects, ImmutableDictionary<ObjectKey, MeshObject>.Empty);
    }

    private void Replace(FolderFile file, IReadOnlyDictionary<ObjectKey, MeshObject> before, IReadOnlyDictionary<ObjectKey, MeshObject> after)
    {
        var had = _objects.HasDuplicates;
        _objects.Replace(file, before, after);
        _diagnosticsMayDiffer |= had || _objects.HasDuplicates;
    }

    private void Send(IMeshSink sink)
    {
        var (upserts, deletes) = _objects.TakeChanges();
        var diagnostics = _diagnosticsMayDiffer ? Findings() : _sentDiagnostics;
        _diagnosticsMayDiffer = false;
        var sameDiagnostics = diagnostics.AsSpan().SequenceEqual(_sentDiagnostics.AsSpan());
        if (upserts.IsEmpty && deletes.IsEmpty && sameDiagnostics && _complete == _synced) return;
        _synced = _complete;
        _sentDiagnostics = diagnostics;
        sink.Apply(this, new MeshChanges
        {
            Upserts = upserts,
            Deletes = deletes,
            Diagnostics = sameDiagnostics ? null : diagnostics,
            Synced = _synced,
        });
    }

    private ImmutableArray<Diagnostic> Findings() =>
    [
        .. FolderFindings(),
        .. _files.Values.Where(file => !file.Diagnostics.IsEmpty).OrderBy(file => file.Path, StringComparer.Ordinal).SelectMany(file => file.Diagnostics),
        .. _objects.Duplicates,
    ];

    private IEnumerable<Diagnostic> FolderFindings()
    {
        if (_listProblem is not null)
            yield return new Diagnostic(
                Severity.Error, "FolderUnreadable",
                $"cannot read the folder of cluster {Cluster}: {_listProblem}; what was read before stays in force",
                new SourceLocation(_directory));
        if (_watchProblem is not null)
            yield return new Diagnostic(
                Severity.Info, "NotWatched",
                $"the folder cannot be watched ({_watchProblem}); changes are found every {_options.Rescan.TotalSeconds:0.#} s",
                new SourceLocation(_directory));
    }

    /// <param name="Problem">Why not everything could be listed; null when it was.</param>
    private sealed record Listing(List<(string Path, FileStamp Stamp)> Files, string? Problem, TimeSpan Took);
}
