using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>
/// Checks one rule with one document: the sign § stands before the node that the finding must point at, and is taken out
/// before reading.
/// </summary>
internal static class RuleCase
{
    public const string Error = "error";
    public const string Warning = "warning";

    /// <summary>One finding, with this severity, text and place; an error rejects the object, a warning does not.</summary>
    public static void AssertFinds(string severity, string message, string text)
    {
        var marker = text.IndexOf('§', StringComparison.Ordinal);
        Assert.True(marker >= 0, "the case has no § for the place");
        var before = text[..marker];
        var line = before.Count(c => c == '\n') + 1;
        var column = marker - (before.LastIndexOf('\n') + 1) + 1;

        var result = MeshYaml.Read(text.Remove(marker, 1), "f.yaml");

        var finding = Assert.Single(result.Diagnostics);
        Assert.Equal(severity, finding.Severity == Severity.Error ? Error : Warning);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(new SourceLocation("f.yaml", line, column), finding.Location);
        Assert.Contains("/", finding.Subject, StringComparison.Ordinal);
        Assert.Equal(severity == Error ? 0 : 1, result.Objects.Length);
    }

    /// <summary>Nothing is found.</summary>
    public static void AssertSound(string text)
    {
        var result = MeshYaml.Read(text, "f.yaml");
        Assert.Empty(result.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        Assert.Single(result.Objects);
    }
}
