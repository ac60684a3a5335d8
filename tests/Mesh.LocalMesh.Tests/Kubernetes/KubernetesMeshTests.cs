using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>The local mesh from API servers, as its users see it.</summary>
[Collection(KubernetesMeshCollection.Name)]
public sealed class KubernetesMeshTests(KubernetesMeshFixture fixture)
{
    private const string EntryName = "legacy-billing-127.30.1.10-vpc-legacy-agent-vm";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_registers_in_the_api_server_and_is_called_and_leaves_it_on_sigterm()
    {
        await Eventually.Holds(() => Task.FromResult(HealthOfEntry() == "True"), "a healthy WorkloadEntry in the API server");
        using (var traffic = new SampleTraffic(fixture.Mesh))
        {
            var result = await traffic.ClusterCallsVirtualMachineAsync(Token);
            Assert.True(result.Succeeded, result.Status);
            Assert.Equal("agent-payments-a → gateway-legacy → agent-vm", result.Path);
        }

        fixture.Mesh["agent-vm"].Terminate();
        await fixture.Mesh["agent-vm"].WaitForExitAsync(TimeSpan.FromSeconds(90), Token);
        try
        {
            Assert.Null(Entry());
        }
        finally
        {
            await fixture.Mesh.RestartAsync("agent-vm", Token);
        }

        await Eventually.Holds(() => Task.FromResult(HealthOfEntry() == "True"), "the machine back");
    }

    [Fact]
    public async Task What_kubectl_changes_the_next_request_follows()
    {
        await NeedsKubectlAsync();
        using var client = Edge.Client();
        try
        {
            await KubectlAsync("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: teapot, namespace: prod}
                spec:
                  hosts: [teapot.example.com]
                  gateways: [istio-system/edge]
                  http:
                  - directResponse: {status: 418, body: {string: short and stout}}
                """, "apply", "-f", "-");
            await Eventually.Holds(async () => (int)(await Edge.AskAsync(client, "teapot.example.com")).Status == 418, "the new route");

            await KubectlAsync("", "patch", "virtualservice", "teapot", "-n", "prod", "--type", "merge",
                "-p", """{"spec":{"http":[{"directResponse":{"status":200,"body":{"string":"tea"}}}]}}""");
            await Eventually.Holds(async () => await Edge.AskAsync(client, "teapot.example.com") == (HttpStatusCode.OK, "tea"), "the changed route");
        }
        finally
        {
            fixture.ServerA.Delete("networking.istio.io/v1", "VirtualService", "prod", "teapot");
        }

        await Eventually.Holds(async () => (await Edge.AskAsync(client, "teapot.example.com")).Status == HttpStatusCode.NotFound, "the route gone");
    }

    private JsonObject? Entry() => fixture.ServerA.Get("networking.istio.io/v1", "WorkloadEntry", "prod", EntryName);

    private string? HealthOfEntry() =>
        Entry()?["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == "Healthy")?["status"]?.ToString();

    private async Task KubectlAsync(string input, params string[] arguments)
    {
        var home = Path.Combine(fixture.Layout.State, "kubectl-home");
        Directory.CreateDirectory(home);
        var run = await Shell.RunAsync(
            "kubectl", ["--kubeconfig", fixture.Kubeconfig, "--context", MeshPlan.ClusterA, .. arguments], input,
            new Dictionary<string, string> { ["HOME"] = home });
        Assert.True(run.ExitCode == 0, run.Errors + run.Output);
    }

    private static async Task NeedsKubectlAsync()
    {
        Shell.Needs("kubectl", "kubernetes-client");
        var version = await Shell.RunAsync("kubectl", ["version", "--client", "-o", "json"]);
        var minor = (string?)JsonNode.Parse(version.Output)?["clientVersion"]?["minor"];
        Assert.SkipUnless(
            int.TryParse(minor?.TrimEnd('+'), CultureInfo.InvariantCulture, out var number) && number >= 27,
            $"kubectl 1.27 or newer is needed, this is 1.{minor}");
    }
}
