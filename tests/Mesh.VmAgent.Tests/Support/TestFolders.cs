namespace Mesh.VmAgent.Tests;

/// <summary>Where things are in the tree these tests were built from.</summary>
internal static class TestFolders
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Build output of a project that is started as a process, in the configuration these tests were built in.</summary>
    public static string Program(string projectFolder, string name)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(Repository, projectFolder, "bin", output.Parent!.Name, output.Name, name);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("Mesh.sln is in none of the folders above the tests");
    }
}
