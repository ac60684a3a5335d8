using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Tests.Packaging;

/// <summary>The files of the package that other programs read: systemd's, and the examples.</summary>
public sealed class UnitFileTests
{
    private static string Folder => Path.Combine(TestFolders.Repository, "vm-agent/packaging/files");

    [Fact]
    public async Task Systemd_understands_every_line_and_finds_little_exposed()
    {
        Command.Require("systemd-analyze");
        using var folder = new TemporaryFolder();
        var unit = await File.ReadAllTextAsync(Path.Combine(Folder, "mesh-agent.service"), TestContext.Current.CancellationToken);
        // The agent need not be installed where tests run.
        Assert.Contains("ExecStart=/usr/bin/mesh-agent\n", unit, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            folder["mesh-agent.service"], unit.Replace("/usr/bin/mesh-agent", "/bin/sh", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (exitCode, output) = await Command.RunAsync("systemd-analyze", "verify", "--man=no", folder["mesh-agent.service"]);
        // What it says of the machine's other units is not ours.
        Assert.DoesNotContain("mesh-agent", output, StringComparison.Ordinal);
        Assert.True(exitCode == 0, output);

        (exitCode, output) = await Command.RunAsync(
            "systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", folder["mesh-agent.service"]);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task The_user_is_made_and_the_folders_are_its_own()
    {
        Command.Require("systemd-sysusers");
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["etc"]);
        await File.WriteAllTextAsync(root["etc/passwd"], "root:x:0:0:root:/root:/bin/sh\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(root["etc/group"], "root:x:0:\n", TestContext.Current.CancellationToken);

        var (exitCode, output) = await Command.RunAsync("systemd-sysusers", $"--root={root.Path}", Path.Combine(Folder, "sysusers.conf"));

        Assert.True(exitCode == 0, output);
        Assert.Matches(
            "\nmesh-agent:x:[0-9]+:[0-9]+:Agent of the mesh:/var/lib/mesh-agent:/usr/s?bin/nologin\n",
            await File.ReadAllTextAsync(root["etc/passwd"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_example_of_agent_yaml_is_understood_with_everything_in_it()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["etc/mesh-agent"]);
        var example = await File.ReadAllLinesAsync(Path.Combine(Folder, "agent.yaml.example"), TestContext.Current.CancellationToken);
        // A setting that is commented out; comments for readers have a blank within before any colon.
        var settings = example.Where(line => System.Text.RegularExpressions.Regex.IsMatch(line, "^# [a-z-]+: ")).Select(line => line[2..]).ToArray();
        Assert.InRange(settings.Length, 4, 100);
        await File.WriteAllLinesAsync(folder["etc/mesh-agent/agent.yaml"], settings.Append("identity: ca:istiod.istio-system.svc:15012"), TestContext.Current.CancellationToken);

        using var output = new StringWriter();
        using var error = new StringWriter();
        new AgentSettingsReader(folder.Path).TryRead(["--print-config"], new Dictionary<string, string>
        {
            ["MESH_AGENT_WORKLOAD_ADDRESS"] = "127.0.0.1",
            ["MESH_AGENT_CLUSTER"] = "eks-a",
            ["MESH_AGENT_NAMESPACE"] = "prod",
            ["MESH_AGENT_SERVICE_ACCOUNT"] = "echo",
            ["MESH_AGENT_WORKLOAD_GROUP"] = "prod/echo",
            ["MESH_AGENT_DISCOVERY_ADDRESS"] = "istiod.istio-system.svc:15012",
            ["MESH_AGENT_CA_ROOT"] = Path.Combine(Folder, "agent.yaml.example"),
        }, output, error, out _, out var exitCode);

        Assert.True(exitCode == 0, error.ToString());
        foreach (var setting in settings) Assert.Contains(setting.Split(':')[0], output.ToString(), StringComparison.Ordinal);
        Assert.Contains("etc/mesh-agent/agent.yaml", output.ToString(), StringComparison.Ordinal);
    }
}
