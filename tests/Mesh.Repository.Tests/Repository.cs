using System.Diagnostics;

namespace Mesh.Repository.Tests;

/// <summary>The files of this repository, as they are tracked; without git, as they lie there without what builds leave behind.</summary>
internal static class Repository
{
    private static readonly string[] NotSources = ["bin", "obj", ".git", ".mesh", "artifacts", "TestResults", "node_modules", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Relative paths with forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. (Tracked() ?? Lying()).Where(Exists).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> FilesEndingWith(string ending) =>
        Files.Where(file => file.EndsWith(ending, StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static bool Exists(string file) => File.Exists(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mesh.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("these tests must run from a folder below the one with Mesh.sln");
    }

    private static string[]? Tracked()
    {
        try
        {
            // Not yet tracked files count too, so that a mistake shows before it is committed.
            var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Lying() => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => NotSources.Contains(part)));
}
