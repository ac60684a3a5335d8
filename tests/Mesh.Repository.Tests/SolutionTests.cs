using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Repository.Tests;

public sealed partial class SolutionTests
{
    private static readonly string Solution = Repository.Read("Mesh.sln");

    [Fact]
    public void The_solution_is_of_the_classic_format()
    {
        Assert.Contains("Microsoft Visual Studio Solution File, Format Version 12.00", Solution, StringComparison.Ordinal);
        Findings.None(Repository.FilesEndingWith(".slnx"));
    }

    [Fact]
    public void The_solution_has_every_project_and_no_other()
    {
        var listed = ProjectPath().Matches(Solution).Select(match => match.Groups[1].Value.Replace('\\', '/'));

        Assert.Equal(Repository.FilesEndingWith(".csproj"), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex ProjectPath();
}
