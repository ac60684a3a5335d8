namespace Mesh.Config.Sources;

/// <summary>Which names below a folder are its files.</summary>
internal static class FolderPaths
{
    /// <summary>Names of editors, of kubelets and of writers that rename when they are done.</summary>
    public static bool IsIgnored(ReadOnlySpan<char> name) => IsHidden(name) || name.EndsWith("~") || name.EndsWith(".tmp");

    public static bool IsFile(ReadOnlySpan<char> name) => (name.EndsWith(".yaml") || name.EndsWith(".yml")) && !IsIgnored(name);

    /// <summary>Itself or a folder above it, up to <paramref name="root"/>, has a name that begins with a dot.</summary>
    public static bool IsInHidden(string root, string path)
    {
        if (path.Length <= root.Length) return false;
        foreach (var part in path.AsSpan(root.Length).Split(Path.DirectorySeparatorChar))
            if (IsHidden(path.AsSpan(root.Length)[part]))
                return true;
        return false;
    }

    /// <summary>All files below a folder with their stamps; links to folders are not followed.</summary>
    /// <exception cref="IOException">Some of it cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">Some of it may not be listed.</exception>
    public static List<(string Path, FileStamp Stamp)> List(string root)
    {
        var found = new List<(string Path, FileStamp Stamp)>();
        List(new DirectoryInfo(root), found);
        return found;
    }

    private static void List(DirectoryInfo folder, List<(string Path, FileStamp Stamp)> found)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (IsIgnored(entry.Name)) continue;
            var attributes = entry.Attributes;
            if (attributes.HasFlag(FileAttributes.Directory))
            {
                // A link could lead back up and make every file appear again and again.
                if (!attributes.HasFlag(FileAttributes.ReparsePoint)) List(new DirectoryInfo(entry.FullName), found);
            }
            else if (IsFile(entry.Name))
            {
                found.Add((entry.FullName, FileStamp.Of(entry as FileInfo ?? new FileInfo(entry.FullName))));
            }
        }
    }

    private static bool IsHidden(ReadOnlySpan<char> name) => name.StartsWith('.');
}
