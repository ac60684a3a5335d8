using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Repository.Tests;

/// <summary>A reader finds a type by the name of its file.</summary>
public sealed partial class SourcesTests
{
    private static IEnumerable<string> Sources =>
        Repository.FilesEndingWith(".cs").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>A delegate may stand beside the type that takes it.</summary>
    [Fact]
    public void A_file_has_at_most_one_public_type()
    {
        var wrong = Sources.Select(file => (file, types: PublicTypes(file))).Where(one => one.types.Length > 1);

        Findings.None(wrong.Select(one => $"{one.file}: {string.Join(", ", one.types)}"));
    }

    [Fact]
    public void A_file_is_named_after_its_public_type()
    {
        var wrong =
            from file in Sources
            from type in PublicTypes(file).Take(1)
                // Thing.Log.cs is a part of Thing; ThingOfT.cs is Thing<T>.
            let name = Path.GetFileName(file).Split('.')[0]
            where name != type && name != type + "OfT"
            select $"{file}: {type}";

        Findings.None(wrong);
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        var wrong =
            from file in Sources
            let expected = ExpectedNamespace(file)
            let match = Namespace().Match(Repository.Read(file))
            where match.Success && match.Groups[1].Value != expected
            select $"{file}: {match.Groups[1].Value} instead of {expected}";

        Findings.None(wrong);
    }

    [Fact]
    public void Nothing_sleeps() =>
        Findings.None(Repository.FilesEndingWith(".cs").Where(file => Repository.Read(file).Contains("Thread." + "Sleep(", StringComparison.Ordinal)));

    /// <summary>Of several the compiler's generator writes code in an order that varies, and the agent's binary is to be the same each time.</summary>
    [Fact]
    public void What_the_agent_consists_of_has_its_log_messages_in_one_class_a_project()
    {
        string[] folders = ["common/Mesh.Aws/", "common/Mesh.Hosting/", "dataplane/", "mesh-config/Mesh.Config/", "mesh-config/Mesh.Istiod/", "mesh-config/Mesh.Kubernetes/", "vm-agent/Mesh.VmAgent/"];
        var wrong =
            from folder in folders
            let files = Sources.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && Repository.Read(file).Contains("[LoggerMessage(", StringComparison.Ordinal)).ToArray()
            where files.Length > 1
            select $"{folder}: {string.Join(", ", files)}";

        Findings.None(wrong);
    }

    private static string[] PublicTypes(string file) =>
        [.. PublicType().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value).Distinct()];

    private static string ExpectedNamespace(string file)
    {
        var parts = file.Split('/');
        for (var depth = parts.Length - 1; depth > 0; depth--)
        {
            var folder = string.Join('/', parts[..depth]);
            var project = Repository.FilesEndingWith(".csproj").FirstOrDefault(one => Path.GetDirectoryName(one) == folder);
            if (project is null) continue;
            return string.Join('.', [RootNamespaceOf(project), .. parts[depth..^1]]);
        }

        return "";
    }

    private static string RootNamespaceOf(string project)
    {
        var match = RootNamespace().Match(Repository.Read(project));
        return match.Success ? match.Groups[1].Value : Path.GetFileNameWithoutExtension(project);
    }

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|partial|readonly|ref|unsafe) )*(?:class|interface|enum|struct|record struct|record class|record) (\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex("<RootNamespace>([^<]+)</RootNamespace>")]
    private static partial Regex RootNamespace();
}
