namespace Mesh.Config.Sources;

/// <summary>By what it is told without reading whether a file is another than before.</summary>
/// <param name="WrittenAt">UTC.</param>
/// <param name="Length">Bytes; -1 when the file cannot be looked at.</param>
/// <param name="Target">Where a link leads in the end; null for a file of its own.</param>
internal readonly record struct FileStamp(DateTime WrittenAt, long Length, string? Target)
{
    /// <summary>Within one tick of the file system's clock a file may be written twice: a younger stamp says nothing.</summary>
    private static readonly TimeSpan TrustedAfter = TimeSpan.FromSeconds(2);

    public bool IsTrusted => DateTime.UtcNow - WrittenAt > TrustedAfter;

    /// <summary>A link, as ConfigMaps are mounted, has the stamp of what it leads to.</summary>
    /// <param name="file">Exists, maybe as a link to nowhere.</param>
    public static FileStamp Of(FileInfo file)
    {
        try
        {
            if (!file.Attributes.HasFlag(FileAttributes.ReparsePoint)) return new FileStamp(file.LastWriteTimeUtc, file.Length, null);
            return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target
                ? new FileStamp(target.LastWriteTimeUtc, target.Length, target.FullName)
                : new FileStamp(default, -1, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(default, -1, "");
        }
    }
}
