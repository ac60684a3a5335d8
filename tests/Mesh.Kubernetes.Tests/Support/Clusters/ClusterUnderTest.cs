using Mesh.FakeKube;
using Mesh.Kubernetes.Tests.Support.Clusters;
using Mesh.Tests.Shared.RealKube;

[assembly: AssemblyFixture(typeof(ClusterUnderTest))]

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>
/// What contract tests run against: the fake, or etcd and kube-apiserver out of the folder that KUBEBUILDER_ASSETS names, started once, with
/// the definitions of the file that ISTIO_CRDS names.
/// </summary>
public sealed class ClusterUnderTest : IAsyncLifetime
{
    private string? _folder;
    private RealApiServer? _real;

    internal static string? Assets => Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } assets ? assets : null;

    public async ValueTask InitializeAsync()
    {
        TestContext.Current.SendDiagnosticMessage($"contract tests speak to {(Assets is null ? "the fake" : "kube-apiserver")}");
        if (Assets is null) return;
        _folder = Directory.CreateTempSubdirectory("mesh-kubernetes-").FullName;
        _real = await RealApiServer.StartAsync(Assets, _folder, TestContext.Current.CancellationToken);
        await using var cluster = new RealCluster(_real);
        await cluster.DefineAsync(Environment.GetEnvironmentVariable("ISTIO_CRDS"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_real is not null) await _real.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    /// <param name="options">Of the fake; a real one is as it is.</param>
    internal async Task<ITestCluster> OpenAsync(FakeKubeOptions? options = null) =>
        _real is null ? new FakeCluster(await FakeKubeServer.StartAsync(options, TestContext.Current.CancellationToken)) : new RealCluster(_real);
}
