using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Repository.Tests;

/// <summary>What a document names exists.</summary>
public sealed partial class DocumentsTests
{
    private static readonly string[] TopLevel = [.. Repository.Files.Select(file => file.Split('/')[0]).Distinct()];

    private static readonly Lazy<HashSet<string>> Words = new(() => [.. Repository.FilesEndingWith(".cs")
        .Concat(Repository.FilesEndingWith(".yaml")).Concat(Repository.FilesEndingWith(".proto")).Concat(Repository.FilesEndingWith(".csproj"))
        .SelectMany(file => Word().Matches(Repository.Read(file)).Select(match => match.Value))]);

    private static IEnumerable<string> Documents => Repository.FilesEndingWith(".md");

    [Fact]
    public void Every_path_in_backticks_exists()
    {
        var wrong =
            from document in Documents
            from code in Code(document)
            where code.Contains('/', StringComparison.Ordinal) && PlainPath().IsMatch(code) && TopLevel.Contains(code.Split('/')[0])
            where !Path.Exists(Path.Combine(Repository.Root, code.TrimEnd('/')))
            select $"{document}: {code}";

        Findings.None(wrong);
    }

    [Fact]
    public void Every_type_in_backticks_exists()
    {
        var wrong =
            from document in Documents
            from code in Code(document)
            where TypeName().IsMatch(code) && !Words.Value.Contains(code)
            select $"{document}: {code}";

        Findings.None(wrong);
    }

    [Fact]
    public void Every_command_of_the_entry_script_exists()
    {
        Assert.True(Repository.Exists("mesh"), "the entry script is missing");
        var script = Repository.Read("mesh");
        var wrong =
            from document in Documents
            from Match match in MeshCommand().Matches(Repository.Read(document))
            let verb = match.Groups[1].Value
            where !Regex.IsMatch(script, $@"^\s*(\S+\|)*{verb}(\|\S+)*\)", RegexOptions.Multiline)
            select $"{document}: ./mesh {verb}";

        Findings.None(wrong);
    }

    private static IEnumerable<string> Code(string document) =>
        InlineCode().Matches(Fence().Replace(Repository.Read(document), "")).Select(match => match.Groups[1].Value).Distinct();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^[A-Za-z0-9_./-]+$")]
    private static partial Regex PlainPath();

    /// <summary>Two humps or more: no ordinary word.</summary>
    [GeneratedRegex("^I?[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\./mesh ([a-z0-9]+)")]
    private static partial Regex MeshCommand();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]+\b")]
    private static partial Regex Word();
}
