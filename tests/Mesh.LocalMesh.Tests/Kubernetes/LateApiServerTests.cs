using System.Net;
using System.Net.Sockets;
using Mesh.FakeKube;
using Mesh.Tests.Shared;

namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>A gateway that is started before its API server.</summary>
[Collection(KubernetesMeshCollection.Name)]
public sealed class LateApiServerTests(KubernetesMeshFixture fixture)
{
    /// <summary>Of the whole of 127.0.0.0/8 nobody else uses this one.</summary>
    private const string Address = "127.40.0.1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_says_that_its_api_server_is_away_and_gets_ready_when_it_appears()
    {
        // It goes and comes back at its port, which nobody may take meanwhile.
        var options = new FakeKubeOptions { Listen = new IPEndPoint(IPAddress.Loopback, FreePort.Next()) };
        await using var server = await FakeKubeServer.StartAsync(options, Token);
        foreach (var document in ConfigFolder.Read(Path.Combine(fixture.Layout.Config, MeshPlan.ClusterA))) server.Apply(document);
        var kubeconfig = Path.Combine(fixture.Layout.State, "late.kubeconfig");
        await KubernetesMeshFixture.WriteAsync(kubeconfig, ("late", server));
        await server.StopAsync();
        var gateway = MeshProcess.Start(fixture.Layout, Spec(kubeconfig), null);
        try
        {
            await Eventually.Holds(async () => await ReadinessAsync() is { Status: 503 } answer && answer.Body.Contains("source", StringComparison.Ordinal), "not ready, for want of its sources");
            await Eventually.Holds(() => Task.FromResult(Said(gateway, server.Address.ToString())), "the address of the API server in the log");
            Assert.Equal(503, (await ReadinessAsync()).Status);

            await server.ListenAsync(Token);

            await Eventually.Holds(async () => (await ReadinessAsync()).Status == 200, "ready");
        }
        finally
        {
            gateway.Terminate();
            await gateway.WaitForExitAsync(TimeSpan.FromSeconds(90), CancellationToken.None);
        }
    }

    /// <summary>gateway-a with another address and API server.</summary>
    private ProcessSpec Spec(string kubeconfig)
    {
        var like = fixture.Mesh["gateway-a"].Spec;
        var arguments = like.Arguments.ToList();
        void Set(string option, string value) => arguments[arguments.IndexOf(option) + 1] = value;
        Set("--name", "gateway-late");
        Set("--listen-address", Address);
        Set("--workload-address", Address);
        Set("--admin", Address + ":15000");
        Set("--access-log", Path.Combine(fixture.Layout.Logs, "gateway-late" + AccessLogs.Suffix));
        Set("--source", $"kube:{kubeconfig}#late@{MeshPlan.ClusterA}");
        return like with { Name = "gateway-late", Arguments = arguments, Ready = new Uri($"http://{Address}:{MeshPlan.HealthPort}/healthz/ready") };
    }

    private static async Task<(int Status, string Body)> ReadinessAsync()
    {
        using var client = new HttpClient();
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{Address}:{MeshPlan.HealthPort}/healthz/ready"), Token);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Token));
        }
        catch (Exception error) when (error is HttpRequestException or SocketException)
        {
            return (0, error.Message);
        }
    }

    private static bool Said(MeshProcess process, string text) => process.LastWords(1000).Contains(text, StringComparison.Ordinal);
}
