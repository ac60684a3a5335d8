namespace Mesh.Meshctl.Tests;

/// <summary>Files that hold what was printed once and was looked at; with <c>MESH_UPDATE_GOLDEN=1</c> they are written.</summary>
internal static class Golden
{
    public static string Folder { get; } = FindFolder();

    public static void Check(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("MESH_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; MESH_UPDATE_GOLDEN=1 writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>In the sources, so that an update is a change to commit.</summary>
    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Mesh.Meshctl.Tests.csproj")))
                return folder.FullName;
        throw new InvalidOperationException("the sources of the tests are not above the test program");
    }
}
