using System.Net;
using Mesh.Config.Sources;
using Mesh.Hosting.AccessLogs;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>Who is turned away from port 15006, and that the log says why.</summary>
public sealed class InboundRefusalTests
{
    private const string Sni = "outbound_.9080_._.echo.prod.svc.cluster.local";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Openssl_without_a_client_certificate_is_refused()
    {
        Command.Require("openssl");
        await using var mesh = await AgentMesh.CreateAsync();
        var echo = await StartEchoAsync(mesh);

        await OpensslAsync(echo, Sni);

        var line = await RefusalAsync(mesh, echo);
        Assert.Contains("no client certificate", line.ResponseCodeDetails, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Sni, line.RequestedServerName);
    }

    [Theory]
    [InlineData("outbound_.9080_._.payments.prod.svc.cluster.local", "no service has host payments.prod.svc.cluster.local and port 9080")]
    [InlineData("outbound_.1234_._.echo.prod.svc.cluster.local", "no service has host echo.prod.svc.cluster.local and port 1234")]
    [InlineData("outbound_.80_._.other.prod.svc.cluster.local", "other.prod.svc.cluster.local is not a service of this workload")]
    [InlineData("echo.prod.svc.cluster.local", "is not of the form outbound_.PORT_.SUBSET_.HOST")]
    public async Task A_name_that_is_not_a_service_of_this_workload_is_refused_even_with_a_certificate(string sni, string reason)
    {
        Command.Require("openssl");
        await using var mesh = await AgentMesh.CreateAsync();
        var echo = await StartEchoAsync(mesh);
        var identity = mesh.IdentityFolder("caller");

        await OpensslAsync(echo, sni, "-cert", Path.Combine(identity, "cert-chain.pem"), "-key", Path.Combine(identity, "key.pem"));

        Assert.Contains(reason, (await RefusalAsync(mesh, echo)).ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_a_foreign_root_is_refused()
    {
        Command.Require("openssl");
        await using var mesh = await AgentMesh.CreateAsync();
        var echo = await StartEchoAsync(mesh);
        using var folder = new TemporaryFolder();
        using var foreign = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder.Path, "cluster.local", new CaLimits(), TimeProvider.System, Token);
        var identity = mesh.IdentityFolder("caller", issuer: foreign);

        await OpensslAsync(echo, Sni, "-cert", Path.Combine(identity, "cert-chain.pem"), "-key", Path.Combine(identity, "key.pem"));

        Assert.Contains("root", (await RefusalAsync(mesh, echo)).ResponseCodeDetails, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Plain_text_is_refused_where_mtls_is_required()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var echo = await StartEchoAsync(mesh);
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{echo.InboundPort}/"), Token));

        Assert.Contains("plain text", (await RefusalAsync(mesh, echo)).ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_is_served_by_host_where_mtls_is_permissive()
    {
        await using var app = await TestServer.StartAsync(context =>
            context.Response.WriteAsync($"cert '{context.Request.Headers["x-forwarded-client-cert"]}'"));
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.Configure("policy.yaml", AgentMesh.Policy("PERMISSIVE"));
        var echo = await StartEchoAsync(mesh, app.Port);
        using var client = new HttpClient();

        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{echo.InboundPort}/");
        request.Headers.Host = "echo.prod.svc.cluster.local:9080";
        request.Headers.Add("x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/prod/sa/admin");
        using var served = await client.SendAsync(request, Token);
        using var unknown = await client.GetAsync(new Uri($"http://127.0.0.1:{echo.InboundPort}/"), Token);

        Assert.Equal("cert ''", await served.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_read_is_not_taken_for_permission()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.Configure("policy.yaml", AgentMesh.Policy("STRICT").Replace("mtls:", "mtlz:", StringComparison.Ordinal));
        var echo = await StartEchoAsync(mesh);
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{echo.InboundPort}/"), Token));

        Assert.Contains("plain text", (await RefusalAsync(mesh, echo)).ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_taken_before_the_policy_is_known()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        var settings = mesh.EchoSettings() with { Sources = [new SourceSpec(Path.Combine(mesh.ConfigFolder, "absent"), "c1")] };
        var agent = await mesh.StartAsync(settings, waitReady: false);
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{settings.InboundPort}/"), Token));

        Assert.Contains("no policy is known", (await RefusalAsync(mesh, settings)).ResponseCodeDetails, StringComparison.Ordinal);
        Assert.False(agent.Readiness.IsReady);
    }

    private static async Task<AgentSettings> StartEchoAsync(AgentMesh mesh, int appPort = 1)
    {
        mesh.ConfigureEchoGroup(appPort);
        var settings = mesh.EchoSettings();
        await mesh.StartAsync(settings);
        return settings;
    }

    private static Task<(int ExitCode, string Output)> OpensslAsync(AgentSettings agent, string sni, params string[] more) => Command.RunAsync(
        "openssl", ["s_client", "-connect", $"127.0.0.1:{agent.InboundPort}", "-servername", sni, "-alpn", "istio-http/1.1,istio,http/1.1", .. more]);

    private static Task<AccessLogEntry> RefusalAsync(AgentMesh mesh, AgentSettings agent) =>
        mesh.LogLineAsync(agent, line => line.Kind == AccessLogKind.Refused, "the refusal");
}
