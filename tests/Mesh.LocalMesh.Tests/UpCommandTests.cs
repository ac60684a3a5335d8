using Mesh.FakeKube;
using Mesh.LocalMesh.Tests.Kubernetes;

namespace Mesh.LocalMesh.Tests;

/// <summary><c>./mesh up</c> from API servers, as it is typed. No other mesh runs meanwhile.</summary>
public sealed class UpCommandTests : IDisposable
{
    private readonly string state = Directory.CreateTempSubdirectory("mesh-up-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(state, recursive: true);

    [Fact]
    public async Task Up_once_with_api_servers_of_its_own_runs_the_sample_traffic_and_leaves_nothing_running()
    {
        var run = await UpAsync("--once", "--fake-kube");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("every call succeeded", run.Output, StringComparison.Ordinal);
        Assert.Contains("gateway-a → gateway-b → agent-payments-b → payments-b", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(state, "run"), "*.pid"));
        var kubeconfig = await File.ReadAllTextAsync(Path.Combine(state, "kubeconfig"), Token);
        Assert.Contains("name: eks-a", kubeconfig, StringComparison.Ordinal);
        Assert.Contains("name: eks-b", kubeconfig, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubeconfig_that_is_not_there_is_named()
    {
        var file = Path.Combine(state, "absent");

        await RefusedAsync(1, ["--kubeconfig", file], file, "--fake-kube");
    }

    [Fact]
    public async Task A_kubeconfig_without_a_context_for_each_cluster_is_refused()
    {
        await using var server = await FakeKubeServer.StartAsync(cancellation: Token);
        var file = await KubeconfigAsync(("eks-a", server), ("other", server));

        await RefusedAsync(1, ["--kubeconfig", file], file, "no context \"eks-b\"", "it has eks-a, other", "--fake-kube");
    }

    [Fact]
    public async Task One_api_server_for_both_clusters_is_refused()
    {
        await using var server = await FakeKubeServer.StartAsync(cancellation: Token);
        var file = await KubeconfigAsync(("eks-a", server), ("eks-b", server));

        await RefusedAsync(1, ["--kubeconfig", file], server.Url.ToString(), "each cluster of the local mesh needs one of its own");
        Assert.Null(server.Get("v1", "Namespace", "", "prod"));
    }

    [Fact]
    public async Task A_cluster_with_machines_is_left_alone()
    {
        await using var one = await FakeKubeServer.StartAsync(cancellation: Token);
        await using var other = await FakeKubeServer.StartAsync(cancellation: Token);
        foreach (var server in new[] { one, other }) server.Apply("{apiVersion: v1, kind: Node, metadata: {name: ip-10-0-1-2.ec2.internal}}");
        var file = await KubeconfigAsync(("eks-a", one), ("eks-b", other));

        await RefusedAsync(1, ["--kubeconfig", file], "ip-10-0-1-2.ec2.internal", "API servers without nodes");
        Assert.Null(one.Get("v1", "Namespace", "", "prod"));
    }

    [Fact]
    public async Task An_api_server_that_is_away_is_named_with_its_context()
    {
        await using var one = await FakeKubeServer.StartAsync(cancellation: Token);
        await using var other = await FakeKubeServer.StartAsync(cancellation: Token);
        var file = await KubeconfigAsync(("eks-a", one), ("eks-b", other));
        await other.StopAsync();

        await RefusedAsync(1, ["--kubeconfig", file], other.Url.ToString(), "context eks-b", "is the API server running");
    }

    [Fact]
    public async Task An_api_server_without_the_kinds_of_istio_is_told_what_it_lacks()
    {
        var bare = new FakeKubeOptions { IstioKinds = false };
        await using var one = await FakeKubeServer.StartAsync(bare, Token);
        await using var other = await FakeKubeServer.StartAsync(bare, Token);
        var file = await KubeconfigAsync(("eks-a", one), ("eks-b", other));

        await RefusedAsync(1, ["--kubeconfig", file], "Istio's CRDs");
    }

    [Theory]
    [InlineData("--kubeconfig needs a file", "--kubeconfig")]
    [InlineData("exclude each other", "--kubeconfig", "x", "--fake-kube")]
    [InlineData("there is no option --kube", "--kube")]
    public async Task Wrong_options_are_refused(string message, params string[] options) => await RefusedAsync(64, options, message);

    private async Task RefusedAsync(int exitCode, string[] options, params string[] messages)
    {
        var run = await UpAsync(options);

        Assert.True(run.ExitCode == exitCode, run.Output + run.Errors);
        foreach (var message in messages) Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Errors)> UpAsync(params string[] options) => Shell.RunAsync(
        Layout.Find().Binary("samples/local-mesh", "mesh-local"), ["up", .. options],
        environment: new Dictionary<string, string> { ["MESH_STATE"] = state }, limit: TimeSpan.FromMinutes(4));

    private async Task<string> KubeconfigAsync(params (string Context, FakeKubeServer Server)[] servers)
    {
        var file = Path.Combine(state, "servers.kubeconfig");
        await KubernetesMeshFixture.WriteAsync(file, servers);
        return file;
    }
}
