namespace Mesh.Payments.Tests.Support;

/// <summary>Finds files of the repository from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find(string folder)
    {
        while (!System.IO.File.Exists(Path.Combine(folder, "Mesh.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Mesh.sln was not found above the tests");
        return folder;
    }
}
