using Mesh.Istiod.Ca;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests;

/// <summary>The binary with settings and files that are wrong: one line that says what, where and what to do.</summary>
public sealed class BadInputTests
{
    private static readonly string Binary = TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--source", "etc/mesh", "is not a source; write file:DIR@CLUSTER")]
    [InlineData("--identity", "vault:x", "is not an identity; write ca:HOST:PORT or files:DIR")]
    [InlineData("--workload-address", "here", "is not an IP address")]
    [InlineData("--inbound", "9080", "is not an inbound port; write APPPORT=ADDR:PORT")]
    [InlineData("--workload-group", "legacy-billing", "write NAMESPACE/NAME")]
    [InlineData("--register", "file:/tmp", "--register and --workload-group belong together")]
    [InlineData("--inbound-port", "15021", "--inbound-port and --health-port are the same port")]
    [InlineData("--colour", "red", "--colour")]
    [InlineData("--outbound-unknown", "maybe", "'maybe' is neither refuse nor allow")]
    public async Task A_wrong_option_is_refused_before_anything_starts(string option, string value, string message)
    {
        await using var program = RunningProgram.Start(Binary, [.. Arguments(option), option, value]);

        Assert.Equal(64, await program.WaitAsync());
        await SaysAsync(program, message);
    }

    [Fact]
    public async Task A_port_in_use_names_the_address_and_the_option()
    {
        await using var other = await TestServer.StartAsync(_ => Task.CompletedTask);
        await using var mesh = await AgentMesh.CreateAsync();
        await using var program = RunningProgram.Start(
            Binary, [.. Arguments("--identity"), "--identity", $"files:{mesh.IdentityFolder("echo")}", "--outbound", $"127.0.0.1:{other.Port}"]);

        Assert.Equal(1, await program.WaitAsync());
        await SaysAsync(program, $"mesh-agent: cannot listen on 127.0.0.1:{other.Port}: address already in use");
        Assert.Contains("--outbound", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_is_named_with_its_date()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        using var folder = new TemporaryFolder();
        using var yesterday = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder.Path, "cluster.local", new CaLimits(), new Yesterday(), Token);
        await using var program = RunningProgram.Start(
            Binary, [.. Arguments("--identity"), "--identity", $"files:{mesh.IdentityFolder("echo", TimeSpan.FromHours(1), yesterday)}"]);

        Assert.NotEqual(0, await program.WaitAsync());
        await SaysAsync(program, "expired at");
    }

    [Fact]
    public async Task A_bad_identity_file_is_named()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var identity = mesh.IdentityFolder("echo");
        await File.WriteAllTextAsync(Path.Combine(identity, "cert-chain.pem"), "not a certificate", Token);
        await using var program = RunningProgram.Start(Binary, [.. Arguments("--identity"), "--identity", $"files:{identity}"]);

        Assert.Equal(65, await program.WaitAsync());
        await SaysAsync(program, $"cannot use the identity in {identity}");
    }

    [Fact]
    public async Task A_broken_configuration_file_is_a_finding_and_the_rest_is_served()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        mesh.Configure("broken.yaml", "kind: WorkloadGroup\n  metadata: [");
        var agent = await mesh.StartAsync(mesh.EchoSettings());

        Assert.Contains(agent.Status.Configuration.Diagnostics, finding => finding.Contains("broken.yaml", StringComparison.Ordinal));
        Assert.True(agent.Status.Ready);
    }

    [Fact]
    public async Task Sigterm_deregisters_and_ends_with_zero()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        await using var program = RunningProgram.Start(
            Binary,
            [
                .. Arguments("--identity", "--source", "--health-port"), "--identity", $"files:{mesh.IdentityFolder("echo")}",
                "--source", $"file:{mesh.ConfigFolder}@c1", "--workload-group", "prod/echo", "--register", $"file:{mesh.ConfigFolder}",
                "--health-port", $"{FreePort.Next()}",
            ]);
        await Eventually.HoldsAsync(() => mesh.Entry() is not null || program.HasExited, "the entry is there");

        Assert.Equal(0, await program.TerminateAsync());
        Assert.Null(mesh.Entry());
    }

    /// <summary>Enough for a start, without the options a test gives itself.</summary>
    internal static IEnumerable<string> Arguments(params string[] but)
    {
        (string Name, string Value)[] all =
        [
            ("--cluster", "c1"), ("--network", "n1"), ("--namespace", "prod"), ("--service-account", "echo"), ("--source", "file:/nonexistent@c1"),
            ("--identity", "files:/nonexistent"), ("--workload-address", "127.0.0.1"), ("--inbound-port", $"{FreePort.Next()}"),
            ("--health-port", but.Contains("--inbound-port") ? "15021" : $"{FreePort.Next()}"), ("--admin", $"127.0.0.1:{FreePort.Next()}"),
        ];
        return all.Where(option => !but.Contains(option.Name)).SelectMany(option => new[] { option.Name, option.Value });
    }

    private static Task SaysAsync(RunningProgram program, string message) =>
        Eventually.HoldsAsync(() => program.Output.Contains(message, StringComparison.Ordinal), $"'{message}' in:\n{program.Output}");

    private sealed class Yesterday : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromDays(1);
    }
}
