using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;
using Xunit;

namespace Mesh.Istiod.Tests.Cli;

/// <summary>The real meshctl in a process of its own.</summary>
public sealed class MeshctlTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ca_serve_issues_by_token_and_stops_cleanly_when_told()
    {
        using var folder = new TestFolder();
        var token = folder.Write("tokens/prod/legacy-billing", "secret of legacy-billing\n");
        using var process = Start("ca", "serve", "--dir", folder.File("ca"), "--tokens", folder.File("tokens"), "--listen", "127.0.0.1:0");
        var ready = await process.StandardError.ReadLineAsync(Cancel);
        Assert.StartsWith("meshctl ca serve: listening on 127.0.0.1:", ready, StringComparison.Ordinal);
        var port = int.Parse(ready!.Split(',')[0].Split(':')[^1], CultureInfo.InvariantCulture);

        var client = new CaClient(
            new CaClientOptions { Address = new DnsEndPoint("127.0.0.1", port), RootFile = folder.File("ca/root-cert.pem"), TokenFile = token },
            TimeProvider.System);
        var request = CertificateSigningRequest.Create(new SpiffeId("cluster.local", "prod", "legacy-billing"), WorkloadKeyKind.Rsa2048);
        var chain = await client.CreateCertificateAsync(request.Pem, Cancel);
        Assert.Equal(2, chain.Count);

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("tokens"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = listener.LocalEndpoint.ToString()!;

        var (code, error) = await FailAsync("ca", "serve", "--dir", folder.File("ca"), "--tokens", folder.File("tokens"), "--listen", taken);

        Assert.Equal(1, code);
        Assert.Equal(
            $"meshctl ca serve: cannot listen on {taken}: address already in use; stop the other process or choose another with --listen\n", error);
    }

    [Fact]
    public async Task A_missing_token_folder_is_a_usage_error_before_anything_is_made()
    {
        using var folder = new TestFolder();
        var (code, error) = await FailAsync("ca", "serve", "--dir", folder.File("ca"), "--tokens", folder.File("none"));

        Assert.Equal(64, code);
        Assert.Equal($"meshctl ca serve: option --tokens: there is no folder '{folder.File("none")}'\n", error);
        Assert.False(Directory.Exists(folder.File("ca")));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("ca")]
    [InlineData("version", "--loudly")]
    public async Task A_wrong_verb_is_a_usage_error(params string[] args)
    {
        var (code, error) = await FailAsync(args);

        Assert.Equal(64, code);
        Assert.Contains("see meshctl --help", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Error)> FailAsync(params string[] args)
    {
        using var process = Start(args);
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, error);
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "meshctl.dll"), .. args])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
