using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests;

public sealed class BadInputTests : IAsyncDisposable
{
    private readonly TestGateway gateway = new(new TestPki());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("--source", "file:/tmp@a --cluster a --workload-address 127.0.0.1 --identity nothing", "not an identity")]
    [InlineData("--source", "file:/tmp@a --cluster a --workload-address 127.0.0.1 --identity ca:127.0.0.1:1", "--ca-root")]
    [InlineData("--source", "file:/tmp --cluster a --workload-address 127.0.0.1 --identity files:/tmp", "file:DIR@CLUSTER")]
    [InlineData("--role", "middle --cluster a --workload-address 127.0.0.1 --identity files:/tmp --source file:/tmp@a", "not a role")]
    [InlineData("--role", "east-west --cluster a --workload-address 127.0.0.1 --identity files:/tmp --source file:/tmp@a", "--network")]
    [InlineData("--rôle", "edge", "unknown option")]
    public void A_wrong_option_is_refused_with_64_and_one_line(string option, string rest, string told)
    {
        var error = new StringWriter();
        Assert.False(new GatewaySettingsReader().TryRead(
            [option, .. rest.Split(' ')], new Dictionary<string, string>(), new StringWriter(), error, out _, out var exitCode));
        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.Contains(told, error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_taken_admin_port_ends_the_start_with_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, gateway.AdminPort);
        taken.Start();
        var error = await Assert.ThrowsAsync<StartupException>(() => gateway.StartAsync());
        Assert.Equal(
            $"cannot listen on 127.0.0.1:{gateway.AdminPort}: address already in use; stop the other process or choose another with --admin",
            error.Message);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_taken_gateway_port_is_told_in_readiness_and_taken_up_when_free()
    {
        var taken = new TcpListener(IPAddress.Loopback, gateway.HttpPort);
        taken.Start();
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        await gateway.StartAsync();
        await Poll.UntilAsync(
            () => gateway.Readiness.Missing.Any(line => line.Contains($"127.0.0.1:{gateway.HttpPort}: address already in use", StringComparison.Ordinal)),
            "the problem to show");
        taken.Stop();
        await gateway.ReadyAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_broken_file_keeps_what_was_and_shows_where()
    {
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes());
        await gateway.StartAsync();
        await gateway.ReadyAsync();
        gateway.WriteConfig("routes.yaml", "apiVersion: [");
        using var http = new HttpClient();
        await Poll.UntilAsync(
            () => http.GetStringAsync(new Uri($"http://127.0.0.1:{gateway.AdminPort}/snapshot"), Stop).GetAwaiter().GetResult()
                .Contains("routes.yaml:1:", StringComparison.Ordinal),
            "the diagnostic");
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/"), Stop);
        // Still routed, to a service that is not there: not "no route".
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_missing_certificate_closes_TLS_with_a_reason_and_nothing_else()
    {
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        File.Delete(Path.Combine(gateway.Certificates, "tls.key"));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://localhost:{gateway.HttpsPort}/"), Stop));
        var line = await Poll.ForAsync(() => gateway.AccessLog.FirstOrDefault(entry => entry.Kind == AccessLogKind.Refused), "a line");
        Assert.Contains("certificate for 'localhost'", line.ResponseCodeDetails, StringComparison.Ordinal);
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.HttpPort}/"), Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory(Timeout = 240_000)]
    [InlineData("-servername outbound_.8080_._.echo.prod.svc.cluster.local", "no ALPN")]
    [InlineData("-alpn istio -noservername", "names no server")]
    [InlineData("-alpn istio -servername outbound_.1_._.nobody.local", "nobody.local")]
    public async Task Openssl_is_refused_on_the_passthrough_port(string options, string reason)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/openssl", $"s_client -connect 127.0.0.1:{gateway.PassthroughPort} {options}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        Assert.NotEqual(0, process.ExitCode);
        var line = await Poll.ForAsync(() => gateway.AccessLog.FirstOrDefault(entry => entry.Kind == AccessLogKind.Refused), "a line");
        Assert.Contains(reason, line.ResponseCodeDetails, StringComparison.Ordinal);
    }
}
