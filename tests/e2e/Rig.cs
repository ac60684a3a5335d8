using Mesh.EndToEnd.Load;
using Mesh.EndToEnd.Networks;

namespace Mesh.EndToEnd;

/// <summary>The whole mesh over network namespaces with its clients, set up once for all scenarios.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly NetworkNamespaces network;
    private QuietStream? quiet;

    private Rig(NetworkNamespaces network, RunningMesh mesh)
    {
        this.network = network;
        Mesh = mesh;
        Logs = new AccessLogs(mesh.Layout.Logs);
    }

    public RunningMesh Mesh { get; }

    public AccessLogs Logs { get; }

    /// <summary>Made by <see cref="OpenFlowsAsync"/>.</summary>
    public Flows Flows { get; private set; } = null!;

    /// <summary>Cleans up after a run that was killed, then makes everything anew.</summary>
    public static async Task<Rig> StartAsync(CancellationToken cancellationToken)
    {
        var layout = Layout.Find().WithState("e2e");
        await RunningMesh.StopAsync(MeshProcess.Left(layout));
        var network = await NetworkNamespaces.CreateAsync(cancellationToken);
        var rig = new Rig(network, new RunningMesh(layout, NamespacedTopology.Topology));
        try
        {
            await rig.Mesh.StartAsync(cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes one payment that is read from then on, and the clients.</summary>
    public async Task OpenFlowsAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Mesh.Layout.State, "clients");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        using var traffic = new SampleTraffic(Mesh);
        var payment = await traffic.CreateAsync(Guid.NewGuid().ToString(), Trace.New(), cancellationToken);
        Flows = new Flows(Mesh, folder, payment.Name);
    }

    /// <summary>The stream that must not end until it is closed; opened when there is none.</summary>
    public async Task<QuietStream> OpenQuietStreamAsync(CancellationToken cancellationToken) =>
        quiet ??= await QuietStream.OpenAsync(Mesh.Topology.Vm2!, cancellationToken);

    public void CloseQuietStream()
    {
        quiet?.Dispose();
        quiet = null;
    }

    /// <summary>Heals the network, starts what does not run, and waits until all of it is ready.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await NetworkNamespaces.HealAsync(cancellationToken);
        // The CA first: the others need their certificates to be ready.
        foreach (var name in Mesh.Ended().OrderBy(name => name == "ca" ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal).ToList())
            await Mesh.RestartAsync(name, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        CloseQuietStream();
        Flows?.Dispose();
        await Mesh.DisposeAsync();
        await network.DisposeAsync();
    }
}
