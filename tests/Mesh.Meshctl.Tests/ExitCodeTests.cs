namespace Mesh.Meshctl.Tests;

/// <summary>What a script sees: exit codes, data on standard output, everything else on standard error.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private const string Service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: prod}\nspec: {ports: [{name: http, port: 80}]}\n";

    private const string Misspelt = "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: prod}\nspec: {portz: []}\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("meshctl").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sound_resources_validate_in_silence()
    {
        var result = await Meshctl.RunAsync(["validate", Write("a.yaml", Service)]);
        Assert.Equal((0, "", ""), result);
    }

    [Fact]
    public async Task A_finding_at_the_threshold_is_79_and_printed_with_its_place()
    {
        var file = Write("a.yaml", Service + "---\n" + Misspelt);
        var (exitCode, output, _) = await Meshctl.RunAsync(["validate", file]);
        Assert.Equal(79, exitCode);
        Assert.StartsWith($"{file}:9:", output, StringComparison.Ordinal);
        Assert.Contains("portz", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("info", 79)]
    [InlineData("error", 0)]
    public async Task The_threshold_decides_what_fails(string threshold, int expected)
    {
        // A kind that nobody here knows is only worth a note.
        var file = Write("a.yaml", "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: x}\n");
        Assert.Equal(expected, (await Meshctl.RunAsync(["validate", "--threshold", threshold, file])).ExitCode);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("validate")]
    public async Task What_is_no_YAML_is_65_and_nothing_is_printed(string verb)
    {
        var (exitCode, output, error) = await Meshctl.RunAsync([verb, Write("a.yaml", "a: [b\nc: {")]);
        Assert.Equal((65, ""), (exitCode, output));
        Assert.Contains("a.yaml", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--threshold", "fatal", "'fatal' is not for --threshold; write one of error, warning, info")]
    [InlineData("--output", "xml", "'xml' is not for --output; write one of table, json, yaml")]
    public async Task A_word_that_an_option_does_not_know_is_64_and_the_words_are_told(string option, string word, string message)
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(["validate", option, word, Write("a.yaml", Service)]);
        Assert.Equal((64, ""), (exitCode, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Mesh.Config", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--type", "envoy", "write one of sidecar, router")]
    [InlineData("--from", "a/b/c/d/e/f", "has too many parts")]
    [InlineData("--from", "", "begins with a cluster")]
    [InlineData("--labels", "app", "is no label")]
    public async Task A_proxy_that_cannot_be_is_64(string option, string value, string message)
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(["endpoints", "a.prod:80", option, value, Write("a.yaml", Service)]);
        Assert.Equal((64, ""), (exitCode, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_65()
    {
        var (exitCode, _, error) = await Meshctl.RunAsync(["validate", Path.Combine(_folder, "none.yaml")]);
        Assert.Equal(65, exitCode);
        Assert.Contains("no such file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_is_65() => Assert.Equal(65, (await Meshctl.RunAsync(["snapshot", _folder])).ExitCode);

    [Theory]
    [InlineData("endpoints")]
    [InlineData("endpoints", "payments", "x")]
    [InlineData("endpoints", "payments:99999", "x")]
    [InlineData("endpoints", "payments:80", "x", "--labels", "app")]
    [InlineData("endpoints", "payments:80", "x", "--type", "waypoint")]
    [InlineData("snapshot", "x", "--from", "/vpc-a")]
    [InlineData("snapshot", "x", "-o", "xml")]
    [InlineData("nonsense")]
    public async Task A_wrong_command_line_is_64(params string[] arguments)
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(arguments);
        Assert.Equal((64, ""), (exitCode, output));
        Assert.Contains("see meshctl --help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resources_come_from_standard_input_too()
    {
        var (exitCode, output, _) = await Meshctl.RunAsync(["snapshot", "-o", "json", "-"], Service);
        Assert.Equal(0, exitCode);
        Assert.Contains("a.prod.svc.cluster.local", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejected_object_is_reported_and_the_rest_compiled()
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(["snapshot", Write("a.yaml", Service + "---\n" + Misspelt)]);
        Assert.Equal(0, exitCode);
        Assert.Contains("a.prod.svc.cluster.local", output, StringComparison.Ordinal);
        Assert.Contains("portz", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_object_twice_counts_once_and_is_reported()
    {
        Write("a.yaml", Service);
        Write("b.yaml", Service);
        Assert.Contains("DuplicateObject", (await Meshctl.RunAsync(["snapshot", _folder])).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("endpoints")]
    [InlineData("snapshot")]
    [InlineData("validate")]
    public async Task Help_ends_with_examples(string verb)
    {
        var (exitCode, output, _) = await Meshctl.RunAsync([verb, "--help"]);
        Assert.Equal(0, exitCode);
        Assert.Contains($"Examples:\n", output, StringComparison.Ordinal);
        Assert.Contains($"meshctl {verb} ", output, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
