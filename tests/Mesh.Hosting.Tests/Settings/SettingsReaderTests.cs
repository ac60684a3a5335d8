using System.Net;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;
using Xunit;

namespace Mesh.Hosting.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mesh-settings-").FullName;
    private readonly SettingsDefinition definition = new("mesh-test", "A program for tests.");
    private readonly Setting<IPEndPoint> listen;
    private readonly Setting<IReadOnlyList<string>> sources;
    private readonly Setting<string?> token;
    private readonly Setting<bool> fast;
    private readonly Setting<int?> limit;
    private readonly Dictionary<string, string> environment = [];

    public SettingsReaderTests()
    {
        listen = definition.WithDefault("listen", "ADDR:PORT", "Where to listen.", AddressParsing.EndPoint, "127.0.0.1:8443");
        sources = definition.Many("source", "SOURCE", "Where configuration comes from.", SettingParsers.Text);
        token = definition.Optional("token", "TOKEN", "A secret.", SettingParsers.Text, secret: true);
        fast = definition.Flag("fast", "Hurry.");
        limit = definition.OptionalValue("limit", "NUMBER", "At most so many.", SettingParsers.WholeNumber(1, 10));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var settings = ReadWell();

        Assert.Equal(IPEndPoint.Parse("127.0.0.1:8443"), settings.Get(listen));
        Assert.Empty(settings.Get(sources));
        Assert.Null(settings.Get(token));
        Assert.Null(settings.Get(limit));
        Assert.False(settings.Get(fast));
        Assert.False(settings.IsGiven(listen));
    }

    [Fact]
    public void An_option_wins_over_the_environment_that_over_the_file_and_that_over_the_default()
    {
        var file = WriteFile("""{ "listen": "127.0.0.1:3", "limit": 3, /* why not */ "fast": true, "source": ["f"], }""");
        environment["MESH_TEST_LISTEN"] = "127.0.0.1:2";
        environment["MESH_TEST_LIMIT"] = "2";
        environment["MESH_TEST_CONFIG"] = file;

        var settings = ReadWell("--listen", "127.0.0.1:1");

        Assert.Equal(1, settings.Get(listen).Port);
        Assert.Equal(2, settings.Get(limit));
        Assert.True(settings.Get(fast));
        Assert.Equal(["f"], settings.Get(sources));
    }

    [Fact]
    public void A_repeatable_option_collects_and_its_variable_is_split_at_commas()
    {
        Assert.Equal(["a", "b"], ReadWell("--source", "a", "--source=b").Get(sources));
        environment["MESH_TEST_SOURCE"] = "c, d";
        Assert.Equal(["c", "d"], ReadWell().Get(sources));
    }

    [Fact]
    public void A_variable_that_kubernetes_adds_for_a_service_of_our_name_does_no_harm()
    {
        environment["MESH_TEST_SERVICE_HOST"] = "10.0.0.1";
        environment["MESH_TEST_PORT"] = "tcp://10.0.0.1:80";

        Assert.Equal(8443, ReadWell().Get(listen).Port);
    }

    [Theory]
    [InlineData("unknown option --lisen; did you mean listen? see mesh-test --help", "--lisen", "x")]
    [InlineData("unknown option --xyzzyxyzzy; see mesh-test --help", "--xyzzyxyzzy")]
    [InlineData("--listen needs a value: --listen ADDR:PORT", "--listen")]
    [InlineData("--listen needs a value: --listen ADDR:PORT", "--listen", "--fast")]
    [InlineData("--listen is given twice; give it once", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2")]
    [InlineData("option --listen: '8443' has no port; write ADDRESS:PORT, for example 127.0.0.1:8443", "--listen", "8443")]
    [InlineData("option --limit: '11' is not a number between 1 and 10", "--limit", "11")]
    [InlineData("unexpected argument 'start'; options begin with --, see mesh-test --help", "start")]
    [InlineData("option --token: the value is not valid", "--token", "")]
    public void What_is_wrong_is_refused_with_one_line_and_exit_code_64(string expected, params string[] args)
    {
        var (settings, code, output, error) = Read(args);

        Assert.Null(settings);
        Assert.Equal(64, code);
        Assert.Equal("", output);
        Assert.Equal($"mesh-test: {expected}\n", error);
    }

    [Theory]
    [InlineData("""{ "lisen": "x" }""", "unknown key \"lisen\"; did you mean listen?")]
    [InlineData("""{ "listen": ["127.0.0.1:1"] }""", "\"listen\" must be a string, number or true/false, not Array")]
    [InlineData("""{ "listen": "127.0.0.1:1", "listen": "127.0.0.1:2" }""", "\"listen\" is there twice")]
    [InlineData("""{ "config": "other.json" }""", "unknown key \"config\"")]
    [InlineData("{\n  \"listen\": oops }", ":2:13: not valid JSON")]
    [InlineData("[]", "must be one JSON object")]
    public void A_wrong_file_is_refused_with_its_name_and_place(string json, string expected)
    {
        var file = WriteFile(json);
        var (_, code, _, error) = Read("--config", file);

        Assert.Equal(64, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_missing_required_setting_are_refused()
    {
        Assert.Contains("cannot read --config", Read("--config", Path.Combine(folder, "none.json")).Error, StringComparison.Ordinal);
        definition.Required("name", "NAME", "Name in logs.", SettingParsers.Text);

        Assert.Contains("--name NAME is required: Name in logs. (or environment MESH_TEST_NAME", Read().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_over_several_settings_is_checked()
    {
        definition.Check(settings => settings.Get(sources).Count == 0 ? "give at least one --source" : null);

        Assert.Equal("mesh-test: give at least one --source; see mesh-test --help\n", Read().Error);
        ReadWell("--source", "x");
    }

    [Fact]
    public void Print_config_shows_values_and_origins_masks_secrets_and_can_be_read_again()
    {
        environment["MESH_TEST_LIMIT"] = "4";
        var (settings, code, output, _) = Read("--token", "hush", "--source", "a\"b", "--print-config");

        Assert.Null(settings);
        Assert.Equal(0, code);
        Assert.DoesNotContain("hush", output, StringComparison.Ordinal);
        Assert.Contains("\"token\": \"***\", // option --token\n", output, StringComparison.Ordinal);
        Assert.Contains("\"limit\": \"4\", // environment MESH_TEST_LIMIT\n", output, StringComparison.Ordinal);
        Assert.Contains("\"listen\": \"127.0.0.1:8443\", // default\n", output, StringComparison.Ordinal);
        environment.Clear();
        var again = ReadWell("--config", WriteFile(output));
        Assert.Equal(4, again.Get(limit));
        Assert.Equal(["a\"b"], again.Get(sources));
    }

    [Fact]
    public void Help_names_every_setting_with_its_variable_and_default()
    {
        var (_, code, output, error) = Read("--help");

        Assert.Equal(0, code);
        Assert.Equal("", error);
        foreach (var setting in definition.Settings)
            Assert.Contains($"--{setting.Name}", output, StringComparison.Ordinal);
        Assert.Contains("[default 127.0.0.1:8443; environment MESH_TEST_LISTEN]", output, StringComparison.Ordinal);
        Assert.Contains("--print-config", output, StringComparison.Ordinal);
    }

    private EffectiveSettings ReadWell(params string[] args)
    {
        var (settings, _, _, error) = Read(args);
        Assert.Equal("", error);
        return settings!;
    }

    private (EffectiveSettings? Settings, int Code, string Output, string Error) Read(params string[] args)
    {
        using StringWriter output = new(), error = new();
        SettingsReader.TryRead(definition, args, environment, output, error, out var settings, out var code);
        return (settings, code, output.ToString(), error.ToString());
    }

    private string WriteFile(string text)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }
}
