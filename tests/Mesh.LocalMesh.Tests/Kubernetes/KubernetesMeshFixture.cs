using Mesh.FakeKube;
using Mesh.LocalMesh.ApiServers;

namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>The local mesh as <c>./mesh up --kubeconfig</c> starts it, on API servers in this process, where tests can break them.</summary>
public sealed class KubernetesMeshFixture : IAsyncLifetime
{
    internal Layout Layout { get; } = Layout.Find().WithState("test-kube");
    internal RunningMesh Mesh { get; private set; } = null!;
    internal FakeKubeServer ServerA { get; private set; } = null!;
    internal FakeKubeServer ServerB { get; private set; } = null!;

    /// <summary>A kubeconfig with a context for each cluster.</summary>
    internal string Kubeconfig => Path.Combine(Layout.State, "servers.kubeconfig");

    public async ValueTask InitializeAsync()
    {
        // What a run that was killed left behind would hold our ports.
        await RunningMesh.StopAsync(MeshProcess.Left(Layout));
        ServerA = await FakeKubeServer.StartAsync();
        ServerB = await FakeKubeServer.StartAsync();
        Directory.CreateDirectory(Layout.State);
        await WriteAsync(Kubeconfig, (MeshPlan.ClusterA, ServerA), (MeshPlan.ClusterB, ServerB));
        Mesh = new RunningMesh(Layout, Topology.Loopback, new ApiServerChoice(Kubeconfig, AreFake: false));
        await Mesh.StartAsync(CancellationToken.None);
    }

    /// <summary>Writes a kubeconfig with a context for each server.</summary>
    internal static async Task WriteAsync(string file, params (string Context, FakeKubeServer Server)[] servers)
    {
        var parts = new List<string>();
        foreach (var (context, server) in servers)
        {
            var part = $"{file}.{context}";
            await File.WriteAllTextAsync(part, server.Kubeconfig(context: context), CancellationToken.None);
            parts.Add(part);
        }

        await KubeconfigFile.MergeAsync(file, parts, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        await ServerA.DisposeAsync();
        await ServerB.DisposeAsync();
    }
}
