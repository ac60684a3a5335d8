using Mesh.VmAgent.Cli;

namespace Mesh.VmAgent.Tests.Packaging;

/// <summary>The manual page and what completes a command line, as the programs that read them see them.</summary>
public sealed class ManualTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Man_shows_every_setting_and_has_nothing_to_complain_of()
    {
        Command.Require("man");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["mesh-agent.8"], await SayAsync("manual"), Token);

        var (exitCode, page) = await Command.RunAsync(
            "env", "LC_ALL=C.UTF-8", "MANWIDTH=500", "MANROFFOPT=-c", "sh", "-c", $"man --warnings -P cat -l '{folder["mesh-agent.8"]}' | col -b -x");

        Assert.True(exitCode == 0, page);
        Assert.DoesNotContain("warning:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("error:", page, StringComparison.Ordinal);
        foreach (var setting in AgentCommand.All().SelectMany(command => command.Definition.Settings))
        {
            Assert.Matches($" --{setting.Name}[ \n]", page);
            Assert.Contains(setting.Description, page, StringComparison.Ordinal);
        }

        foreach (var section in new[] { "NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "FILES", "SIGNALS", "EXIT STATUS" })
            Assert.Contains($"\n{section}\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mesh-agent --work", "--workload-address --workload-group")]
    [InlineData("mesh-agent st", "status")]
    [InlineData("mesh-agent status --o", "--output")]
    [InlineData("mesh-agent check -o j", "json")]
    [InlineData("mesh-agent logs --level d", "debug")]
    [InlineData("mesh-agent completion ", "bash zsh")]
    [InlineData("mesh-agent --name ", "")]
    [InlineData("mesh-agent --bundle FOLDER/et", "FOLDER/etc")]
    public async Task Bash_completes(string line, string expected)
    {
        Command.Require("bash");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["etc"]);
        await File.WriteAllTextAsync(folder["completion"], await SayAsync("completion", "bash"), Token);
        await File.WriteAllTextAsync(folder["ask"],
            """
            source "$1"
            mapfile -t COMP_WORDS <<<"${2// /$'\n'}"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _mesh_agent
            echo "${COMPREPLY[*]}"
            """, Token);

        var (_, output) = await Command.RunAsync(
            "bash", "--norc", folder["ask"], folder["completion"], line.Replace("FOLDER", folder.Path, StringComparison.Ordinal));

        Assert.Equal(expected.Replace("FOLDER", folder.Path, StringComparison.Ordinal), output.TrimEnd());
    }

    [Fact]
    public async Task Another_shell_is_refused_with_what_to_write()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        Assert.Equal(64, await AgentVerbs.RunAsync(["completion", "fish"], output, error, Token));
        Assert.Contains("write bash or zsh", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> SayAsync(params string[] command)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await AgentVerbs.RunAsync(command, output, TextWriter.Null, Token));
        return output.ToString();
    }
}
