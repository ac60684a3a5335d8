namespace Mesh.Config.Sources;

/// <summary>Follows what happens in a folder and below, and tells <see cref="FolderEvents"/>.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly string _directory;
    private readonly FolderEvents _events;
    private readonly FileSystemWatcher _watcher;

    private FolderWatch(string directory, FolderEvents events)
    {
        _directory = directory;
        _events = events;
        _watcher = new FileSystemWatcher(directory)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        _watcher.Created += (_, e) => Happened(e.FullPath, isWhole: false);
        _watcher.Changed += (_, e) => Happened(e.FullPath, isWhole: false);
        _watcher.Deleted += (_, e) => Happened(e.FullPath, isWhole: false);
        _watcher.Renamed += (_, e) => Renamed(e.OldFullPath, e.FullPath);
        _watcher.Error += (_, _) => _events.AddAll();
    }

    /// <exception cref="IOException">There are no more watches to be had.</exception>
    /// <exception cref="ArgumentException">The folder is not there any more.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderWatch Start(string directory, FolderEvents events)
    {
        var watch = new FolderWatch(directory, events);
        try
        {
            watch._watcher.EnableRaisingEvents = true;
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    public void Dispose() => _watcher.Dispose();

    private void Renamed(string from, string to)
    {
        var isFile = IsFile(to);
        // What is renamed to a file's name has been written before; what is renamed away may be an editor's copy of what comes anew.
        Happened(to, isWhole: true);
        Happened(from, isWhole: isFile || !IsFile(from));
    }

    private void Happened(string path, bool isWhole)
    {
        if (FolderPaths.IsInHidden(_directory, path)) _events.Add(FolderSource.Links, isWhole);
        else if (!FolderPaths.IsIgnored(Path.GetFileName(path.AsSpan()))) _events.Add(path, isWhole && IsFile(path));
    }

    private bool IsFile(string path) => FolderPaths.IsFile(Path.GetFileName(path.AsSpan())) && !FolderPaths.IsInHidden(_directory, path);
}
