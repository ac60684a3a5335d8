using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Repository.Tests;

/// <summary>What must not stand in any file, and how text files look.</summary>
public sealed partial class FilesTests
{
    private static readonly string[] Texts =
        [".cs", ".csproj", ".props", ".md", ".yaml", ".yml", ".json", ".sh", ".py", ".js", ".proto", ".sql", ".txt", ".config", ".npmrc", ".editorconfig"];

    /// <summary>Programs without ending.</summary>
    private static readonly string[] Scripts = ["mesh", ".ci/run"];

    private static IEnumerable<string> TextFiles => Repository.Files.Where(file =>
        Scripts.Contains(file) || Texts.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on() => Findings.None(Lines(MachinePath()));

    [Fact]
    public void No_file_names_the_registry_packages_were_fetched_from() => Findings.None(Lines(RegistryAddress()));

    [Fact]
    public void No_private_key_is_kept_in_a_file() => Findings.None(Lines(PrivateKey()));

    [Fact]
    public void Text_ends_with_one_newline_has_unix_line_ends_and_no_trailing_blanks()
    {
        var wrong =
            from file in TextFiles
            let text = Repository.Read(file)
            where text.Length > 0
            let fault = text.Contains('\r', StringComparison.Ordinal) ? "carriage return"
                : !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal) ? "end of file"
                : TrailingBlank().IsMatch(text) ? "trailing blank"
                : null
            where fault is not null
            select $"{file}: {fault}";

        Findings.None(wrong);
    }

    private static IEnumerable<string> Lines(Regex forbidden) =>
        from file in TextFiles
        from line in Repository.Read(file).Split('\n').Select((text, index) => (text, number: index + 1))
        where forbidden.IsMatch(line.text)
        select $"{file}:{line.number}: {line.text.Trim()}";

    // Pieced together, so that this file is not found by its own rules.
    [GeneratedRegex("(?<![A-Za-z0-9_.~-])/(wor" + "k|roo" + "t|hom" + "e)/[A-Za-z0-9_.-]+")]
    private static partial Regex MachinePath();

    [GeneratedRegex("/v3/index\\.j" + "son|\"resolv" + "ed\":|registry=ht" + "tp|--index-u" + "rl", RegexOptions.IgnoreCase)]
    private static partial Regex RegistryAddress();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE K" + "EY-----\\s*$")]
    private static partial Regex PrivateKey();

    [GeneratedRegex("[ \\t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingBlank();
}
