using System.Runtime.InteropServices;
using System.Text.Json;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests.Supervision;

/// <summary>An agent process as systemd starts it: told where to say how it is, asked to reload, stopped.</summary>
public sealed class SupervisedAgentTests
{
    private const int SigHup = 1;

    private static readonly string Binary = TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_hears_what_is_missing_when_it_is_ready_that_it_lives_reloads_and_leaves()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        using var folder = new TemporaryFolder();
        await using var systemd = new NotifySocket(folder["notify"]);
        var admin = $"127.0.0.1:{FreePort.Next()}";
        await File.WriteAllTextAsync(folder["agent.json"], """{"log-level": "info"}""", Token);
        await using var agent = Start(mesh, folder["notify"], admin, "--config", folder["agent.json"]);

        await systemd.HearAsync(message => message.Contains("STATUS=not ready: registration: WorkloadGroup prod/echo does not exist", StringComparison.Ordinal), "what is missing");
        Assert.DoesNotContain(systemd.Heard, message => message.Contains("READY=1", StringComparison.Ordinal));
        mesh.ConfigureEchoGroup(1);
        var heard = await systemd.HearAsync(message => message == "READY=1\nSTATUS=ready\n", "readiness");
        heard = await systemd.HearAsync(message => message.StartsWith("WATCHDOG=1\n", StringComparison.Ordinal), "a sign of life", heard);

        await File.WriteAllTextAsync(folder["agent.json"], """{"log-level": "debug", "drain-timeout": "1s"}""", Token);
        Assert.Equal(0, Send(agent.Id, SigHup));
        heard = await systemd.HearAsync(message => message.StartsWith("RELOADING=1\nMONOTONIC_USEC=", StringComparison.Ordinal), "that it reloads", heard);
        heard = await systemd.HearAsync(message => message == "READY=1\nSTATUS=ready\n", "that it has reloaded", heard);
        await Eventually.HoldsAsync(() => agent.Output.Contains("a restart takes them up: drain-timeout", StringComparison.Ordinal), "what has to wait is named");
        using var client = new HttpClient();
        Assert.Contains("debug", await client.GetStringAsync(new Uri($"http://{admin}/logging"), Token), StringComparison.Ordinal);

        await File.WriteAllTextAsync(folder["agent.json"], """{"log-level": "loud"}""", Token);
        Assert.Equal(0, Send(agent.Id, SigHup));
        heard = await systemd.HearAsync(
            message => message.StartsWith("READY=1\nSTATUS=reload refused: ", StringComparison.Ordinal) && message.Contains("loud", StringComparison.Ordinal),
            "why nothing has changed", heard);
        Assert.Contains("debug", await client.GetStringAsync(new Uri($"http://{admin}/logging"), Token), StringComparison.Ordinal);
        using (var status = JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://{admin}/status"), Token)))
            Assert.True(status.RootElement.GetProperty("ready").GetBoolean());

        Assert.Equal(0, await agent.TerminateAsync());
        await systemd.HearAsync(message => message.StartsWith("STOPPING=1\n", StringComparison.Ordinal), "that it leaves", heard);
    }

    /// <remarks>Tests that are run in the background, as by nohup, ignore SIGHUP, and what they start would, too; systemd's services do not.</remarks>
    private static RunningProgram Start(AgentMesh mesh, string socket, string admin, params string[] more) => RunningProgram.Start(
        "/usr/bin/env",
        [
            "--default-signal=HUP", Binary, .. BadInputTests.Arguments("--identity", "--source", "--admin"), "--identity", $"files:{mesh.IdentityFolder("echo")}",
            "--source", $"file:{mesh.ConfigFolder}@c1", "--workload-group", "prod/echo", "--register", $"file:{mesh.ConfigFolder}",
            "--metrics-port", "0", "--admin", admin, .. more,
        ],
        new Dictionary<string, string> { ["NOTIFY_SOCKET"] = socket, ["WATCHDOG_USEC"] = "8000000" });

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int processId, int signal);
}
