namespace Mesh.Config.Sources;

/// <summary>Timing and limits of a <see cref="FolderSource"/>.</summary>
public sealed record FolderSourceOptions
{
    public static FolderSourceOptions Default { get; } = new();

    /// <summary>
    /// Quiet time after a file was written to before it is read: editors write in several steps. A file that another was renamed to
    /// is whole and is read at once.
    /// </summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The folder is looked through this often even without events, a large one less often: a safety net for lost ones.</summary>
    public TimeSpan Rescan { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// An object that is gone from a file that still exists is deleted only when the file has not changed for this long:
    /// until then the file may be half written. A deleted file takes effect at once.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Larger files are refused with a diagnostic.</summary>
    public int MaxFileBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Namespace of namespaced objects that give none.</summary>
    public string DefaultNamespace { get; init; } = "default";
}
