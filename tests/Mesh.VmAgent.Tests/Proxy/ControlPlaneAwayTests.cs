using System.Net;
using Mesh.Config.Sources;
using Mesh.FakeKube;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>An agent goes on without its API server, also when it is started anew meanwhile, and lets in nobody it would not have before.</summary>
public sealed class ControlPlaneAwayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_while_the_api_server_is_away_serves_the_last_known_mesh_with_its_policies()
    {
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        using var folder = new TemporaryFolder();
        await using var mesh = await AgentMesh.CreateAsync();
        await using var kube = await FakeKubeServer.StartAsync(cancellation: Token);
        mesh.ConfigureEchoGroup(app.Port);
        foreach (var file in new[] { "services.yaml", "policy.yaml", "group.yaml" })
            kube.Apply(await File.ReadAllTextAsync(Path.Combine(mesh.ConfigFolder, file), Token));
        kube.Apply(GuardedWorkload.Policy("callers", """{rules: [{from: [{source: {principals: [cluster.local/ns/prod/sa/caller]}}]}]}"""));
        await File.WriteAllTextAsync(folder["kubeconfig"], kube.Kubeconfig(), Token);
        var settings = mesh.EchoSettings() with
        {
            Sources = [SourceSpec.Parse($"kube:{folder["kubeconfig"]}@c1")],
            Register = null,
            StateFolder = folder["state"],
            SyncDeadline = TimeSpan.FromSeconds(4),
        };

        var before = await mesh.StartAsync(settings);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), await AskAsync(mesh, settings));
        await kube.StopAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), await AskAsync(mesh, settings));
        await mesh.EndAsync(before);

        // Other ports: what the first one had open may not be closed at once inside of one process.
        settings = settings with
        {
            Admin = new IPEndPoint(IPAddress.Loopback, FreePort.Next()),
            InboundPort = FreePort.Next(),
            HealthPort = FreePort.Next(),
            Outbound = null,
        };
        var after = await mesh.StartAsync(settings);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), await AskAsync(mesh, settings));
        Assert.Contains(after.Status.Configuration.Diagnostics, finding => finding.Contains("what was last read of it, at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_last_known_state_nobody_is_let_in_once_the_deadline_has_passed()
    {
        using var folder = new TemporaryFolder();
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(http: 1);
        await using var kube = await FakeKubeServer.StartAsync(cancellation: Token);
        await File.WriteAllTextAsync(folder["kubeconfig"], kube.Kubeconfig(), Token);
        await kube.StopAsync();
        var settings = mesh.EchoSettings() with
        {
            // Services come from somewhere else, so that it is the policies that are lacking.
            Sources = [SourceSpec.Parse($"kube:{folder["kubeconfig"]}@c1"), new SourceSpec(mesh.ConfigFolder, "c2")],
            Register = null,
            StateFolder = folder["state"],
            SyncDeadline = TimeSpan.FromSeconds(2),
        };
        await mesh.StartAsync(settings);

        var (caller, stranger) = await AskAsync(mesh, settings);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (caller, stranger));
        var line = await mesh.LogLineAsync(settings, entry => entry.ResponseCode == 403, "the refusal");
        Assert.Contains("source kube:c1 has not synced", line.ResponseCodeDetails, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Caller, HttpStatusCode Stranger)> AskAsync(AgentMesh mesh, AgentSettings agent)
    {
        var answers = new List<HttpStatusCode>();
        foreach (var account in new[] { "caller", "stranger" })
        {
            using var client = MeshCaller.Http(mesh, agent, account);
            using var response = await client.GetAsync(new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/"), Token);
            answers.Add(response.StatusCode);
        }

        return (answers[0], answers[1]);
    }
}
