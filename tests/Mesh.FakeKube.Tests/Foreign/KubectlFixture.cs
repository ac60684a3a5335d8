using Mesh.FakeKube.Tests.Foreign;
using Mesh.Tests.Shared.RealKube;

[assembly: AssemblyFixture(typeof(KubectlFixture))]

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>The cluster that kubectl speaks to: the fake, or etcd and kube-apiserver out of the folder that KUBEBUILDER_ASSETS names.</summary>
public sealed class KubectlFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("fake-kube-").FullName;
    private IAsyncDisposable? cluster;

    internal Kubectl Kubectl => new(Path.Combine(folder, "kubeconfig"), folder);

    /// <summary>True when there are no controllers either: nothing empties namespaces or makes accounts.</summary>
    public bool IsReal { get; private set; }

    public async ValueTask InitializeAsync()
    {
        string kubeconfig;
        if (Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } assets)
        {
            IsReal = true;
            var real = await RealApiServer.StartAsync(assets, folder, TestContext.Current.CancellationToken);
            cluster = real;
            kubeconfig = real.Kubeconfig;
        }
        else
        {
            var fake = await FakeKubeServer.StartAsync(cancellation: TestContext.Current.CancellationToken);
            cluster = fake;
            kubeconfig = fake.Kubeconfig();
        }

        TestContext.Current.SendDiagnosticMessage($"kubectl speaks to {(IsReal ? "kube-apiserver" : "the fake")}");
        await File.WriteAllTextAsync(Path.Combine(folder, "kubeconfig"), kubeconfig, TestContext.Current.CancellationToken);
        var definitions = Environment.GetEnvironmentVariable("ISTIO_CRDS");
        if (IsReal && definitions is { Length: > 0 }) await Kubectl.RunAsync("apply", "--server-side", "-f", definitions);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
