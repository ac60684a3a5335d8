using System.Diagnostics;
using System.Text;
using Mesh.Hosting.Settings;
using Mesh.VmAgent.Bundle;

namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>What a shell makes of a file of variables, the agent makes of it too, or says why not.</summary>
public sealed class ShellAssignmentsTests
{
    private const int Seed = 20261122;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_quoting_gives_a_value_it_is_the_one_that_bash_reads()
    {
        Command.Require("bash");
        var random = new Random(Seed);
        var file = new StringBuilder("# made at random\nV_0='a  b'\n");
        for (var index = 1; index < 400; index++)
            file.Append(file[^1] == '\n' && file[^2] != '\\' && random.Next(8) == 0 ? "export " : "").Append("V_").Append(index).Append('=').Append(Word(random)).Append(Ending(random));
        var text = file.ToString();

        var expected = await BashAsync(text);
        var actual = Read(text);

        Assert.Equal(400, actual.Keys.Count(name => name.StartsWith("V_", StringComparison.Ordinal)));
        foreach (var (name, value) in actual) Assert.Equal((name, expected.GetValueOrDefault(name)), (name, value.Text));
    }

    [Fact]
    public async Task Values_quoted_as_istioctl_does_it_come_back_as_they_were()
    {
        Command.Require("bash");
        var random = new Random(Seed + 1);
        var values = Enumerable.Range(0, 200).ToDictionary(index => $"V_{index}", _ => Any(random, random.Next(40)));
        var text = string.Concat(values.Select(value => $"{value.Key}='{value.Value.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'\n"));

        var fromBash = await BashAsync(text);
        var actual = Read(text);

        foreach (var (name, value) in values)
        {
            Assert.Equal(value, actual[name].Text);
            Assert.Equal(value, fromBash[name]);
        }
    }

    [Fact]
    public async Task Of_garbage_nothing_is_read_that_bash_reads_otherwise()
    {
        Command.Require("bash");
        var random = new Random(Seed + 2);
        var accepted = 0;
        for (var round = 0; round < 20_000 && accepted < 60; round++)
        {
            // No slash and no letter but these: nothing that could be run comes of it.
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => "ab==''\"\"\\$ #\n~{}:;"[random.Next(18)]));
            Dictionary<string, Sourced> actual;
            try
            {
                actual = Read(text);
            }
            catch (SettingsException)
            {
                continue;
            }

            if (actual.Count == 0) continue;
            accepted++;
            var expected = await BashAsync(text);
            foreach (var (name, value) in actual) Assert.Equal((text, expected.GetValueOrDefault(name)), (text, value.Text));
        }

        Assert.True(accepted >= 20, $"only {accepted} of the texts had values");
    }

    [Theory]
    [InlineData("A='x'\nrm -rf x", "cluster.env:2: is not a variable; write NAME='value', one a line")]
    [InlineData("A=$(id)", "cluster.env:1: has an expansion that is not understood here")]
    [InlineData("A=`id`", "has ` outside of quotes; put the value in single quotes")]
    [InlineData("A=\"`id`\"", "has ` outside of single quotes")]
    [InlineData("\nA=one;B=two", "cluster.env:2: has ; outside of quotes")]
    [InlineData("A='never\nclosed", "cluster.env:1: has a ' that is never closed")]
    [InlineData("A=\"never closed", "has a \" that is never closed")]
    [InlineData("A=x\r\n", "ends in a carriage return; save the file with Unix line ends")]
    [InlineData("A=$NOWHERE", "refers to $NOWHERE, which is set neither before nor in the environment")]
    [InlineData("A=${B:-c}", "has an expansion that is not understood here")]
    [InlineData("A=~/x", "has ~ outside of quotes")]
    [InlineData("A=b export C=d", "cluster.env:1: is not a variable")]
    [InlineData("A= b", "cluster.env:1: is not a variable")]
    [InlineData("A+=b", "is not a variable")]
    [InlineData("A=(b)", "has ( outside of quotes")]
    public void What_is_more_than_variables_is_refused_with_its_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<SettingsException>(() => Read(text)).Message, StringComparison.Ordinal);

    private static Dictionary<string, Sourced> Read(string text)
    {
        var variables = new Dictionary<string, Sourced>(StringComparer.Ordinal);
        ShellAssignments.Source(text, "cluster.env", variables);
        return variables;
    }

    private static string Ending(Random random) => random.Next(6) switch
    {
        0 => " # a comment with ' and \"\n",
        1 => "\n\n  \t",
        2 => " ",
        3 => " \\\n",
        _ => "\n",
    };

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(6) switch
    {
        0 => $"'{Any(random, random.Next(8)).Replace("'", "", StringComparison.Ordinal)}'",
        1 => $"\"{string.Concat(Any(random, random.Next(8)).Select(letter => letter is '"' or '\\' or '$' or '`' ? $"\\{letter}" : $"{letter}"))}\"",
        2 => $"\\{"'\"\\$` \t#;|&<>()~*?!xü"[random.Next(21)]}",
        3 => "a\\\nb",
        4 => random.Next(3) switch { 0 => "\"$\"", 1 => "${V_0}", _ => "\"-${V_0}-$V_0\"" },
        _ => Plain(random),
    }));

    private static string Plain(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "aZ0%+=:,./-_@#{}*?[]!^é"[random.Next(1, 23)]))
        .TrimStart('#');

    private static string Any(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => "abz019 \t\n'\"\\$`#!~*?[]{}()<>|&;=,:./-üß→"[random.Next(38)]));

    private static async Task<Dictionary<string, string>> BashAsync(string text)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["file"], text, Token);
        var start = new ProcessStartInfo("/usr/bin/env",
            ["-i", "PATH=/nonexistent", "LC_ALL=C.UTF-8", "/bin/bash", "--norc", "--noprofile", "-c", "set -a; . \"$1\"; /usr/bin/env -0", "-", folder["file"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bash = Process.Start(start)!;
        var complaints = bash.StandardError.ReadToEndAsync(Token);
        var output = await bash.StandardOutput.ReadToEndAsync(Token);
        await bash.WaitForExitAsync(Token);
        // Garbage is complained about; a value that bash did not set is found missing.
        if ((await complaints).Length > 0) TestContext.Current.AddWarning($"bash: {await complaints}");
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
    }
}
