using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Repository.Tests;

public sealed partial class DocumentLinksTests
{
    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var wrong =
            from document in Repository.FilesEndingWith(".md")
            from Match match in Link().Matches(Repository.Read(document))
            let target = match.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
            let folder = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!)
            where !Path.Exists(Path.Combine(folder, target))
            select $"{document}: {target}";

        Findings.None(wrong);
    }

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
