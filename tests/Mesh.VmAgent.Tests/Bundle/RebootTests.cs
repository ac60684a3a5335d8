using System.Net;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Tests.Proxy;
using Microsoft.Extensions.Logging;

namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>A machine that joins with nothing but a bundle, and comes back.</summary>
public sealed class RebootTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_joins_with_a_bundle_and_comes_back_without_token_and_without_ca()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        using var folder = new TemporaryFolder();
        using (var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token))
        {
            await using var server = await StartCaAsync(authority, folder);
            var settings = Settings(mesh, folder, server.EndPoint.Port);

            var first = await mesh.StartAsync(settings);

            Assert.Equal("spiffe://cluster.local/ns/prod/sa/echo", first.Status.Identity.Spiffe);
            Assert.Equal("Registered", first.Status.Registration!.State);
            await first.StopAsync(Token);
        }

        var later = Settings(mesh, folder, FreePort.Next());
        File.Delete(folder["bundle/istio-token"]);
        var second = await mesh.StartAsync(later);

        Assert.NotNull(second.Status.Identity.NotAfter);
        Assert.NotNull(mesh.Entry());
    }

    [Fact]
    public async Task A_machine_with_an_expired_token_says_so_and_joins_when_a_fresh_one_is_copied()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        using var folder = new TemporaryFolder();
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token);
        await using var server = await StartCaAsync(authority, folder);
        var settings = Settings(mesh, folder, server.EndPoint.Port);
        // Claims: for istio-ca, expired in 2001.
        await File.WriteAllTextAsync(folder["bundle/istio-token"], "e30.eyJhdWQiOlsiaXN0aW8tY2EiXSwiZXhwIjoxMDAwMDAwMDAwfQ.x", Token);

        var agent = await mesh.StartAsync(settings, waitReady: false);
        await Eventually.HoldsAsync(
            () => agent.Readiness.Missing.Any(line => line.Contains("the token expired at 2001-09-09", StringComparison.Ordinal)), "the expired token is named");
        Assert.Contains("kubectl create token echo -n prod --audience istio-ca", agent.Status.Identity.Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(folder["bundle/istio-token"], "fresh-token\n", Token);
        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, "joined with the fresh token");
    }

    internal static async Task<CaServer> StartCaAsync(CertificateAuthority authority, TemporaryFolder folder)
    {
        SampleBundle.Place(folder.Path, "tokens/prod/echo", "fresh-token\n");
        return await CaServer.StartAsync(
            authority, new CaServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TokenFolder = folder["tokens"] },
            TimeProvider.System, logging => logging.ClearProviders(), Token);
    }

    internal static AgentSettings Settings(AgentMesh mesh, TemporaryFolder folder, int caPort, string more = "")
    {
        SampleBundle.Write(folder["bundle"]);
        File.Copy(folder["ca/root-cert.pem"], folder["bundle/root-cert.pem"], overwrite: true);
        File.WriteAllText(folder["bundle/istio-token"], "fresh-token\n");
        File.AppendAllText(folder["bundle/cluster.env"], $"CA_ADDR=istiod.istio-system.svc:{caPort}\n");
        File.WriteAllText(folder["bundle/agent.yaml"], $"""
            source: file:{mesh.ConfigFolder}@c1
            register: file:{mesh.ConfigFolder}
            state: {folder["state"]}
            admin: 127.0.0.1:{FreePort.Next()}
            inbound-port: {FreePort.Next()}
            health-port: {FreePort.Next()}
            metrics-port: 0
            log-level: none
            {more}
            """);
        return ReadSettings.From("/", new Dictionary<string, string>(), "--bundle", folder["bundle"]);
    }
}
