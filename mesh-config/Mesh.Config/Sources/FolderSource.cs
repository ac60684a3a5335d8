using System.Collections.Immutable;
using System.Text;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>
/// All <c>*.yaml</c> and <c>*.yml</c> files below a folder as the resources of one cluster, kept up to date. Broken,
/// half-written and unreadable files keep their last good objects and are reported; only a deleted file, or a
/// sound one without the object, deletes. Names that begin with <c>.</c> or end in <c>~</c> or <c>.tmp</c> are ignored, and
/// links to folders are not followed.
/// </summary>
public sealed class FolderSource : IMeshSource
{
    private readonly string _directory;
    private readonly FolderSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<string, FolderFile> _files = new(StringComparer.Ordinal);
    private ImmutableDictionary<ObjectKey, MeshObject> _sent = ImmutableDictionary<ObjectKey, MeshObject>.Empty;
    private ImmutableArray<Diagnostic> _sentDiagnostics = [];
    private TaskCompletionSource _changed = NewSignal();
    private FileSystemWatcher? _watcher;
    private DateTime _watchedSince;
    private string? _watchProblem;
    private bool _synced;

    /// <param name="directory">May not exist yet: the source syncs when it does.</param>
    /// <param name="cluster">Cluster id of all objects in it.</param>
    public FolderSource(
        string directory, string cluster, FolderSourceOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(cluster);
        _directory = Path.GetFullPath(directory);
        Cluster = cluster;
        _options = options ?? FolderSourceOptions.Default;
        _time = time ?? TimeProvider.System;
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
            while (!cancellationToken.IsCancellationRequested)
            {
                // Taken before the scan: a change during it leads to another one.
                var changed = RenewSignal();
                EnsureWatcher();
                Scan(sink);
                await WaitAsync(changed, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The way to stop.
        }
        finally
        {
            DropWatcher();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task RenewSignal()
    {
        if (!Volatile.Read(ref _changed).Task.IsCompleted) return _changed.Task;
        var fresh = NewSignal();
        Volatile.Write(ref _changed, fresh);
        return fresh.Task;
    }

    private void Signal() => Volatile.Read(ref _changed).TrySetResult();

    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        var settle = _files.Values.Min(file => file.SettlesAt);
        var wait = _options.Rescan;
        if (settle is { } at && at - _time.GetUtcNow() < wait) wait = at - _time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            using var delayed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(wait, _time, delayed.Token)).ConfigureAwait(false);
            await delayed.CancelAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (changed.IsCompleted && _options.Debounce > TimeSpan.Zero)
            await Task.Delay(_options.Debounce, _time, cancellationToken).ConfigureAwait(false);
    }

    private void EnsureWatcher()
    {
        // A folder that was replaced has the same name and another time of birth; the watch is still on the old one.
        var born = Directory.Exists(_directory) ? Directory.GetCreationTimeUtc(_directory) : default;
        if (_watcher is not null && born == _watchedSince) return;
        DropWatcher();
        if (born == default) return;
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(_directory)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Created += OnEvent;
            watcher.Changed += OnEvent;
            watcher.Deleted += OnEvent;
            watcher.Renamed += (_, _) => Signal();
            watcher.Error += (_, _) => Signal();
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
            _watchedSince = born;
            _watchProblem = null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No more watches to be had: the rescans still find everything, only later.
            watcher?.Dispose();
            _watchProblem = e.Message;
        }
    }

    private void OnEvent(object sender, FileSystemEventArgs e)
    {
        if (!IsIgnored(Path.GetFileName(e.FullPath))) Signal();
    }

    private void DropWatcher()
    {
        _watcher?.Dispose();
        _watcher = null;
    }

    private static bool IsIgnored(string name) =>
        name.StartsWith('.') || name.EndsWith('~') || name.EndsWith(".tmp", StringComparison.Ordinal);

    private void Scan(IMeshSink sink)
    {
        var problems = new List<Diagnostic>();
        var complete = TryListFiles(problems, out var paths);
        if (complete)
        {
            foreach (var gone in _files.Keys.Except(paths, StringComparer.Ordinal).ToArray()) _files.Remove(gone);
            foreach (var path in paths) ReadFile(path);
        }

        if (_watchProblem is not null)
            problems.Add(new Diagnostic(
                Severity.Info, "NotWatched",
                $"the folder cannot be watched ({_watchProblem}); changes are found every {_options.Rescan.TotalSeconds:0.#} s",
                new SourceLocation(_directory)));
        foreach (var file in _files.Values) file.Settle(_time.GetUtcNow());
        Send(sink, problems, complete);
    }

    private bool TryListFiles(List<Diagnostic> problems, out List<string> paths)
    {
        paths = [];
        try
        {
            ListFiles(_directory, paths);
            paths.Sort(StringComparer.Ordinal);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Diagnostic(
                Severity.Error, "FolderUnreadable",
                $"cannot read the folder of cluster {Cluster}: {e.Message}; what was read before stays in force",
                new SourceLocation(_directory)));
            return false;
        }
    }

    private static void ListFiles(string directory, List<string> paths)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            var name = Path.GetFileName(entry);
            if (IsIgnored(name)) continue;
            var attributes = File.GetAttributes(entry);
            if (attributes.HasFlag(FileAttributes.Directory))
            {
                // A link could lead back up and make every file appear again and again.
                if (!attributes.HasFlag(FileAttributes.ReparsePoint)) ListFiles(entry, paths);
            }
            else if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal))
            {
                paths.Add(entry);
            }
        }
    }

    private void ReadFile(string path)
    {
        if (!_files.TryGetValue(path, out var file)) _files.Add(path, file = new FolderFile(path));
        try
        {
            var info = new FileInfo(path);
            var stamp = (info.LastWriteTimeUtc, info.Exists ? info.Length : -1);
            // A stamp is trusted only when it is old: within one tick of the file system's clock content may change twice.
            if (file.Content is not null && stamp == file.Stamp && DateTime.UtcNow - stamp.LastWriteTimeUtc > TimeSpan.FromSeconds(2)) return;
            if (stamp.Item2 > _options.MaxFileBytes)
            {
                file.MarkUnreadable("FileTooLarge",
                    $"the file has {stamp.Item2} bytes, more than {_options.MaxFileBytes}; split it; its last good objects stay in force");
                return;
            }

            var content = File.ReadAllText(path, Encoding.UTF8);
            if (content == file.Content) file.Touch(stamp);
            else file.Update(content, stamp, _options, _time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.MarkUnreadable("FileUnreadable", $"cannot read the file: {e.Message}; its last good objects stay in force");
        }
    }

    private void Send(IMeshSink sink, List<Diagnostic> problems, bool complete)
    {
        var objects = ImmutableDictionary.CreateBuilder<ObjectKey, MeshObject>();
        foreach (var file in _files.Values)
        {
            problems.AddRange(file.Diagnostics);
            foreach (var (key, value) in file.Objects)
            {
                if (objects.TryGetValue(key, out var first))
                    problems.Add(new Diagnostic(
                        Severity.Error, "DuplicateObject",
                        $"the same object is already at {first.Location}; this one is ignored, remove or rename it",
                        value.Location, value.Subject));
                else
                    objects.Add(key, value);
            }
        }

        var upserts = objects.Where(pair => !_sent.TryGetValue(pair.Key, out var known) || !ReferenceEquals(known, pair.Value))
            .Select(pair => pair.Value)
            .ToImmutableArray();
        var deletes = _sent.Keys.Where(key => !objects.ContainsKey(key)).ToImmutableArray();
        var diagnostics = problems.ToImmutableArray();
        var sameDiagnostics = diagnostics.AsSpan().SequenceEqual(_sentDiagnostics.AsSpan());
        var becameSynced = complete && !_synced;
        if (upserts.IsEmpty && deletes.IsEmpty && sameDiagnostics && !becameSynced) return;
        _synced |= complete;
        _sent = objects.ToImmutable();
        _sentDiagnostics = diagnostics;
        sink.Apply(this, new MeshChanges
        {
            Upserts = upserts,
            Deletes = deletes,
            Diagnostics = diagnostics,
            Synced = _synced,
        });
    }
}
