using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Mesh.DataPlane.Bootstrap;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Tests.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.VmAgent.Tests;

/// <summary>An agent from start to end, as administrators and the rest of the mesh see it.</summary>
public sealed class LifecycleTests
{
    private const string Probe = "probe: {periodSeconds: 1, httpGet: {path: /healthz, port: PORT}}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_entry_follows_the_applications_health_and_goes_with_the_agent()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var app = await TestServer.StartAsync(_ => Task.CompletedTask);
        mesh.ConfigureEchoGroup(app.Port, probe: Probe.Replace("PORT", $"{app.Port}", StringComparison.Ordinal));
        var settings = mesh.EchoSettings();
        var agent = await mesh.StartAsync(settings);

        await Eventually.HoldsAsync(() => mesh.Entry()?.Contains("status: \"True\"", StringComparison.Ordinal) == true, "healthy");
        Assert.Contains($"http: {settings.InboundPort}", mesh.Entry(), StringComparison.Ordinal);
        await app.DisposeAsync();
        await Eventually.HoldsAsync(() => mesh.Entry()?.Contains("status: \"False\"", StringComparison.Ordinal) == true, "unhealthy");
        // Refused, or ended while it was answering: how a server goes is its affair.
        Assert.Contains($"GET http://127.0.0.1:{app.Port}/healthz: ", mesh.Entry(), StringComparison.Ordinal);
        Assert.False(agent.Status.Health!.Healthy);

        await agent.StopAsync(Token);
        Assert.Null(mesh.Entry());
        Assert.Empty(Directory.GetFiles(mesh.ConfigFolder, ".*"));
        Assert.Equal("Left", agent.Status.Registration!.State);
    }

    [Fact]
    public async Task While_it_drains_new_callers_are_refused_at_once_and_those_it_has_are_served()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestServer.StartAsync(async context =>
        {
            inside.TrySetResult();
            await release.Task.WaitAsync(Token);
            await context.Response.WriteAsync("served", Token);
        });
        mesh.ConfigureEchoGroup(app.Port);
        var settings = mesh.EchoSettings() with { DrainTimeout = TimeSpan.FromMinutes(2) };
        var echo = await mesh.StartAsync(settings);
        var calling = mesh.Settings("caller");
        var caller = await mesh.StartAsync(calling);
        await Eventually.HoldsAsync(() => caller.Status.Configuration.Services >= 3, "echo is known");
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"http://{calling.Outbound}") });
        var call = client.GetStringAsync(new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/"), Token);
        await inside.Task.WaitAsync(TimeSpan.FromSeconds(90), Token);

        var stopping = echo.StopAsync(CancellationToken.None);

        await Eventually.HoldsAsync(() => RefusesAsync(settings.InboundPort), "new callers are refused");
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        Assert.Equal("served", await call);
        await stopping;
        Assert.True(await RefusesAsync(settings.HealthPort));
    }

    private static async Task<bool> RefusesAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, Token);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    [Fact]
    public async Task An_entry_that_somebody_deletes_is_written_again()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        await mesh.StartAsync(mesh.EchoSettings());
        File.Delete(Directory.GetFiles(mesh.ConfigFolder, "workloadentry-*").Single());

        await Eventually.HoldsAsync(() => mesh.Entry() is not null, "the entry is back");
    }

    [Fact]
    public async Task A_missing_group_is_what_readiness_names_until_it_is_there()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var settings = mesh.EchoSettings();
        var agent = await mesh.StartAsync(settings, waitReady: false);
        using var client = new HttpClient();
        var probe = new Uri($"http://127.0.0.1:{settings.HealthPort}/healthz/ready");

        await Eventually.HoldsAsync(
            () => agent.Readiness.Missing is [var only] && only.Contains("WorkloadGroup prod/echo does not exist", StringComparison.Ordinal),
            "only the group is missing");
        using (var response = await client.GetAsync(probe, Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("registration: WorkloadGroup prod/echo", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        mesh.ConfigureEchoGroup(1);
        await Eventually.HoldsAsync(async () => (await client.GetAsync(probe, Token)).StatusCode == HttpStatusCode.OK, "ready");
        Assert.NotNull(mesh.Entry());
    }

    [Fact]
    public async Task A_second_living_agent_with_the_same_address_is_refused_and_the_first_goes_on()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        await mesh.StartAsync(mesh.EchoSettings());
        var second = await mesh.StartAsync(mesh.EchoSettings() with { Name = "impostor" }, waitReady: false);

        await Eventually.HoldsAsync(() => second.Status.Registration?.State == "NameTaken", "the second is refused");
        Assert.Contains("another running agent", Assert.Single(second.Readiness.Missing), StringComparison.Ordinal);
        Assert.DoesNotContain("impostor", mesh.Entry(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_proves_the_first_request_and_the_status_page_shows_what_came()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tokens/prod"]);
        await File.WriteAllTextAsync(folder["tokens/prod/echo"], "secret-token\n", Token);
        await File.WriteAllTextAsync(folder["token"], "secret-token\n", Token);
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token);
        await using var server = await CaServer.StartAsync(
            authority,
            new CaServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TokenFolder = folder["tokens"] },
            TimeProvider.System, logging => logging.ClearProviders(), Token);
        var settings = mesh.EchoSettings() with
        {
            Identity = new IdentitySpec(new DnsEndPoint("127.0.0.1", server.EndPoint.Port), null),
            CaRoot = folder["ca/root-cert.pem"],
            CaToken = folder["token"],
        };

        await mesh.StartAsync(settings);
        using var client = new HttpClient();
        var status = JsonNode.Parse(await client.GetStringAsync(new Uri($"http://{settings.Admin}/status"), Token))!;

        Assert.Equal("spiffe://cluster.local/ns/prod/sa/echo", (string?)status["identity"]!["spiffe"]);
        Assert.NotNull(status["identity"]!["notAfter"]);
        Assert.Equal("Registered", (string?)status["registration"]!["state"]);
        Assert.True((bool?)status["ready"]);
        Assert.DoesNotContain("secret-token", status.ToJsonString(), StringComparison.Ordinal);
    }
}
