namespace Mesh.Config.Tests.Support;

/// <summary>Recorded test data that lives beside the repository and may be absent.</summary>
internal static class SharedCases
{
    public const string Absent = "recorded cases (../shared/cases) are not on this machine";

    public static string? Root { get; } = Find();

    public static string Folder(string name)
    {
        Assert.SkipUnless(Root is not null && Directory.Exists(Path.Combine(Root, name)), Absent);
        return Path.Combine(Root!, name);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "cases");
            if (Directory.Exists(candidate)) return candidate;
        }

        return null;
    }
}
