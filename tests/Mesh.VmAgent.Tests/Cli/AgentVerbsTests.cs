using System.Text.Json;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Cli;
using Mesh.VmAgent.Tests.Bundle;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests.Cli;

/// <summary>What an administrator asks on the machine, and is told.</summary>
public sealed class AgentVerbsTests
{
    private static readonly string[] Order = ["clock", "dns", "istiod", "gateways", "token", "certificate", "registration", "probe", "app"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_a_machine_that_is_well_all_checks_pass_and_the_agent_tells_its_state()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        using var folder = new TemporaryFolder();
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token);
        await using var server = await RebootTests.StartCaAsync(authority, folder);
        await using var app = await TestServer.StartAsync(_ => Task.CompletedTask);
        var settings = RebootTests.Settings(mesh, folder, server.EndPoint.Port, $"probe: {{tcpSocket: {{port: {app.Port}}}}}");
        await mesh.StartAsync(settings);

        var (exitCode, output, error) = await RunAsync("check", "--bundle", folder["bundle"]);

        Assert.True(exitCode == 0, output + error);
        Assert.Equal(Order, output.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line[8..].Split(' ')[0]));
        Assert.Contains("ok      istiod        ", output, StringComparison.Ordinal);
        Assert.Contains("answers as istiod.istio-system.svc", output, StringComparison.Ordinal);
        Assert.Contains("ok      certificate   spiffe://cluster.local/ns/prod/sa/echo until ", output, StringComparison.Ordinal);
        Assert.Contains("ok      registration  ", output, StringComparison.Ordinal);
        Assert.Contains($"ok      app           127.0.0.1:{app.Port} answers", output, StringComparison.Ordinal);

        var admin = settings.Admin.ToString();
        var status = await RunAsync("status", "--admin", admin);
        Assert.Equal(0, status.ExitCode);
        Assert.Matches("registration.state +Registered\n", status.Output);
        using (var json = JsonDocument.Parse((await RunAsync("status", "--admin", admin, "-o", "json")).Output))
            Assert.True(json.RootElement.GetProperty("ready").GetBoolean());
        await Eventually.HoldsAsync(
            async () => (await RunAsync("endpoints", "--admin", admin)).Output.Contains($"outbound|9080||{AgentMesh.Host}", StringComparison.Ordinal),
            "the endpoints of echo are listed");
        Assert.Contains("(all others): error", (await RunAsync("logs", "--admin", admin, "--level", "error")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_machine_that_is_not_each_failed_check_has_a_hint_and_a_page()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        using var folder = new TemporaryFolder();
        SampleBundle.Place(folder.Path, "ca/root-cert.pem", File.ReadAllText(mesh.Root));
        RebootTests.Settings(mesh, folder, FreePort.Next(), $"probe: {{tcpSocket: {{port: {FreePort.Next()}}}}}");
        await File.WriteAllTextAsync(folder["bundle/istio-token"], "e30.eyJhdWQiOlsiaXN0aW8tY2EiXSwiZXhwIjoxMDAwMDAwMDAwfQ.x", Token);

        var (exitCode, output, _) = await RunAsync("check", "--bundle", folder["bundle"], "-o", "json");

        Assert.Equal(1, exitCode);
        using var json = JsonDocument.Parse(output);
        var checks = json.RootElement.EnumerateArray().ToDictionary(check => check.GetProperty("check").GetString()!);
        Assert.Equal(Order, json.RootElement.EnumerateArray().Select(check => check.GetProperty("check").GetString()));
        foreach (var name in new[] { "istiod", "token", "probe", "app" })
        {
            Assert.Equal((name, "failed"), (name, checks[name].GetProperty("outcome").GetString()));
            Assert.NotEqual("", checks[name].GetProperty("hint").GetString());
            Assert.StartsWith("https://", checks[name].GetProperty("documentation").GetString(), StringComparison.Ordinal);
        }

        Assert.Contains("the token expired at 2001-09-09", checks["token"].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("skipped", checks["registration"].GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("endpoints")]
    [InlineData("logs", "--level", "debug")]
    public async Task Without_an_agent_the_remedy_is_told(params string[] command)
    {
        var (exitCode, _, error) = await RunAsync([.. command, "--admin", $"127.0.0.1:{FreePort.Next()}"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("no agent answers at 127.0.0.1:", error, StringComparison.Ordinal);
        Assert.Contains("start it, or name its admin listener with --admin", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'yaml' is neither table nor json", "status", "-o", "yaml")]
    [InlineData("--level LEVEL is required", "logs")]
    [InlineData("unknown option --colour", "check", "--colour")]
    public async Task A_wrong_option_is_refused(string message, params string[] command)
    {
        var (exitCode, _, error) = await RunAsync(command);

        Assert.Equal(64, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] command)
    {
        Assert.True(AgentVerbs.Has(command));
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await AgentVerbs.RunAsync(command, output, error, Token);
        return (exitCode, output.ToString(), error.ToString());
    }
}
