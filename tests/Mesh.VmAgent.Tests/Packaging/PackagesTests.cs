namespace Mesh.VmAgent.Tests.Packaging;

/// <summary>What <c>./mesh package</c> builds, of a small program in place of the agent.</summary>
public sealed class PackagesTests
{
    private const string Version = "1.2.3";

    private static readonly string[] Promised =
    [
        "etc/logrotate.d/mesh-agent",
        "usr/bin/mesh-agent",
        "usr/lib/systemd/system/mesh-agent.service",
        "usr/lib/sysusers.d/mesh-agent.conf",
        "usr/lib/tmpfiles.d/mesh-agent.conf",
        "usr/share/bash-completion/completions/mesh-agent",
        "usr/share/doc/mesh-agent/README.md",
        "usr/share/doc/mesh-agent/agent.yaml.example",
        "usr/share/doc/mesh-agent/copyright",
        "usr/share/doc/mesh-agent/mesh-agent.env.example",
        "usr/share/man/man8/mesh-agent.8.gz",
        "usr/share/zsh/vendor-completions/_mesh-agent",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Builder => Path.Combine(TestFolders.Repository, "vm-agent/packaging/build.sh");

    [Theory]
    [InlineData("amd64", "x86_64")]
    [InlineData("arm64", "aarch64")]
    public async Task Two_builds_give_the_same_bytes_with_all_that_is_promised(string architecture, string machine)
    {
        foreach (var program in new[] { "rpmbuild", "rpm", "dpkg-deb", "tar" }) Command.Require(program);
        using var folder = new TemporaryFolder();
        await BuildAsync(folder, architecture, folder["first"]);
        await BuildAsync(folder, architecture, folder["second"]);

        string[] names =
            [$"mesh-agent-{Version}-1.{machine}.rpm", $"mesh-agent-{Version}-linux-{architecture}.tar.gz", $"mesh-agent_{Version}_{architecture}.deb"];
        foreach (var name in names.Append("SHA256SUMS"))
            Assert.True(File.ReadAllBytes(folder[$"first/{name}"]).AsSpan().SequenceEqual(File.ReadAllBytes(folder[$"second/{name}"])), $"{name} differs");
        var sums = await File.ReadAllLinesAsync(folder["first/SHA256SUMS"], Token);
        Assert.Equal(names, sums.Select(line => line[66..]));
        Assert.Equal(0, (await Command.RunAsync("sh", "-c", $"cd '{folder["first"]}' && sha256sum --check --strict --quiet SHA256SUMS")).ExitCode);

        var inTarball = await LinesAsync("tar", "-tzf", folder[$"first/{names[1]}"]);
        Assert.Equal(Promised, inTarball.Where(path => !path.EndsWith('/')).Select(path => path[$"mesh-agent-{Version}-linux-{architecture}/".Length..]));
        Assert.Contains($"mesh-agent-{Version}-linux-{architecture}/etc/mesh-agent/", inTarball);
        var inDeb = await LinesAsync("dpkg-deb", "--contents", folder[$"first/{names[2]}"]);
        Assert.Equal(Promised, inDeb.Select(line => line[(line.LastIndexOf(' ') + 1)..]).Where(path => !path.EndsWith('/')).Select(path => path[2..]).Order(StringComparer.Ordinal));
        Assert.All(inDeb, line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        var inRpm = await LinesAsync("rpm", "--dbpath", folder["rpmdb"], "-qpl", folder[$"first/{names[0]}"]);
        Assert.Equal(
            Promised.Select(path => "/" + path.Replace("vendor-completions", "site-functions", StringComparison.Ordinal)).Concat(["/etc/mesh-agent", "/usr/share/doc/mesh-agent"])
                .Order(StringComparer.Ordinal),
            inRpm.Order(StringComparer.Ordinal));
        Assert.Equal([architecture], await LinesAsync("dpkg-deb", "--field", folder[$"first/{names[2]}"], "Architecture"));
        Assert.Equal([machine], await LinesAsync("rpm", "--dbpath", folder["rpmdb"], "-qp", "--queryformat", "%{ARCH}\n", folder[$"first/{names[0]}"]));
    }

    [Fact]
    public async Task Scripts_of_the_maintainer_are_complete()
    {
        Command.Require("dpkg-deb");
        Command.Require("rpmbuild");
        using var folder = new TemporaryFolder();
        await BuildAsync(folder, "amd64", folder["out"]);
        Assert.Equal(0, (await Command.RunAsync("dpkg-deb", "--control", folder[$"out/mesh-agent_{Version}_amd64.deb"], folder["control"])).ExitCode);

        foreach (var script in new[] { "postinst", "prerm", "postrm" })
        {
            var text = await File.ReadAllTextAsync(folder[$"control/{script}"], Token);
            Assert.Matches("^#!/bin/sh\nset -e\n", text);
            Assert.DoesNotMatch("@[A-Z]+@", text);
            var (exitCode, output) = await Command.RunAsync("sh", "-n", folder[$"control/{script}"]);
            Assert.True(exitCode == 0, $"{script}: {output}");
        }

        var scripts = string.Join('\n', await LinesAsync("rpm", "--dbpath", folder["rpmdb"], "-qp", "--scripts", folder[$"out/mesh-agent-{Version}-1.x86_64.rpm"]));
        Assert.Contains("systemd-sysusers mesh-agent.conf", scripts, StringComparison.Ordinal);
        Assert.Contains("userdel mesh-agent", scripts, StringComparison.Ordinal);
        Assert.DoesNotMatch("@[A-Z]+@", scripts);
        Assert.Contains("/etc/logrotate.d/mesh-agent", await LinesAsync("rpm", "--dbpath", folder["rpmdb"], "-qpc", folder[$"out/mesh-agent-{Version}-1.x86_64.rpm"]));
    }

    [Theory]
    [InlineData("there is no architecture 'mips'; write amd64 or arm64", "--arch", "mips")]
    [InlineData("there is no format 'apk'; write deb, rpm or tar", "--format", "apk")]
    [InlineData("'1.0-rc1' is not a version of packages", "--version", "1.0-rc1")]
    [InlineData("--out needs a value", "--out")]
    [InlineData("there is no option '--fast'", "--fast")]
    [InlineData("--binary is for one architecture", "--binary", "/bin/sh")]
    [InlineData("there is no file /nowhere/mesh-agent", "--arch", "amd64", "--binary", "/nowhere/mesh-agent")]
    public async Task What_cannot_be_built_is_refused_before_anything_is(string message, params string[] arguments)
    {
        var (exitCode, output) = await Command.RunAsync(Builder, arguments);

        Assert.Equal((64, true), (exitCode, output.Contains(message, StringComparison.Ordinal)));
    }

    private static async Task BuildAsync(TemporaryFolder folder, string architecture, string target)
    {
        // A file with a time of its own, which must not end up in a package.
        await File.WriteAllTextAsync(folder["mesh-agent"], "#!/bin/sh\necho agent\n", Token);
        var (exitCode, output) = await Command.RunAsync(
            "env", "SOURCE_DATE_EPOCH=1700000000", Builder, "--arch", architecture, "--version", Version, "--out", target,
            "--binary", folder["mesh-agent"], "--texts-from", TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent"));
        Assert.True(exitCode == 0, output);
    }

    private static async Task<string[]> LinesAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await Command.RunAsync(program, arguments);
        Assert.True(exitCode == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
