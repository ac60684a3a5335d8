using System.Diagnostics;
using Mesh.LocalMesh.ApiServers;

namespace Mesh.LocalMesh;

/// <summary>The started processes, by name.</summary>
/// <param name="servers">The API servers that hold the configuration; null: the config folders do.</param>
internal sealed class RunningMesh(Layout layout, Topology topology, ApiServerChoice? servers = null) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, MeshProcess> processes = [];

    public Layout Layout { get; } = layout;
    public Topology Topology { get; } = topology;
    public MeshPlan Plan { get; } = new(layout, topology, servers);

    public MeshProcess this[string name] => processes[name];

    /// <exception cref="LocalMeshException">A process ended or did not become ready in time; the message has its last words.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Plan.Prepare();
        if (servers is not null) await FillAsync(servers, cancellationToken).ConfigureAwait(false);
        var authority = Start(Plan.CertificateAuthority);
        // The others read the root certificate at their start.
        await WaitReadyAsync(authority, cancellationToken).ConfigureAwait(false);
        var started = Plan.AllButCertificateAuthority.Select(Start).ToList();
        await Task.WhenAll(started.Select(process => WaitReadyAsync(process, cancellationToken))).ConfigureAwait(false);
    }

    public async Task RestartAsync(string name, CancellationToken cancellationToken)
    {
        var process = processes[name].Restart();
        processes[name] = process;
        await WaitReadyAsync(process, cancellationToken).ConfigureAwait(false);
    }

    public void Detach() => processes.Clear();

    public async ValueTask DisposeAsync()
    {
        await StopAsync(processes.Values.ToList()).ConfigureAwait(false);
        processes.Clear();
    }

    /// <summary>Ends the processes: the applications and proxies first, CA and API servers last. Agents get time to deregister.</summary>
    public static async Task StopAsync(IReadOnlyList<MeshProcess> running)
    {
        var limit = TimeSpan.FromSeconds(10);
        foreach (var group in running.GroupBy(process => MeshPlan.IsControlPlane(process.Spec.Name)).OrderBy(group => group.Key))
        {
            foreach (var process in group) process.Terminate();
            await Task.WhenAll(group.Select(process => process.WaitForExitAsync(limit, CancellationToken.None))).ConfigureAwait(false);
        }
    }

    /// <summary>Names of processes that ended although nobody stopped them.</summary>
    public IEnumerable<string> Ended() => processes.Where(pair => !pair.Value.IsRunning).Select(pair => pair.Key);

    /// <summary>Starts the API servers if they are ours, and puts the configuration into them.</summary>
    private async Task FillAsync(ApiServerChoice servers, CancellationToken cancellationToken)
    {
        var started = Plan.ApiServers.Select(Start).ToList();
        await Task.WhenAll(started.Select(process => WaitReadyAsync(process, cancellationToken))).ConfigureAwait(false);
        if (servers.AreFake)
        {
            var parts = MeshPlan.Clusters.Select(Plan.KubeconfigOf).ToList();
            // Written just after the server has begun to listen.
            while (!parts.All(File.Exists) && started.All(process => process.IsRunning))
                await Task.Delay(25, cancellationToken).ConfigureAwait(false);
            if (started.FirstOrDefault(process => !process.IsRunning) is { } ended)
                throw new LocalMeshException($"{ended.Spec.Name} ended instead of getting ready:\n{ended.LastWords()}");
            await KubeconfigFile.MergeAsync(servers.Kubeconfig, parts, cancellationToken).ConfigureAwait(false);
        }

        await new MeshInstaller(Layout, servers).InstallAsync(MeshPlan.Clusters, cancellationToken).ConfigureAwait(false);
    }

    private MeshProcess Start(ProcessSpec spec)
    {
        var process = MeshProcess.Start(Layout, spec, Topology.NamespaceOf(spec.Network));
        processes[spec.Name] = process;
        return process;
    }

    private async Task WaitReadyAsync(MeshProcess process, CancellationToken cancellationToken)
    {
        var ready = process.Spec.Ready;
        using var client = new HttpClient(NamespaceDialer.Handler(Topology.NamespaceOf(process.Spec.Network)));
        client.Timeout = TimeSpan.FromSeconds(2);
        var began = Stopwatch.GetTimestamp();
        var state = "no answer";
        while (true)
        {
            try
            {
                if (ready.Scheme == "tcp")
                {
                    var space = Topology.NamespaceOf(process.Spec.Network);
                    await using var stream = await NamespaceDialer
                        .ConnectAsync(space, ready.Host, ready.Port, cancellationToken).ConfigureAwait(false);
                    return;
                }

                using var response = await client.GetAsync(ready, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return;
                state = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)}";
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException ||
                                            (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                state = failure.Message;
            }

            if (!process.IsRunning)
                throw new LocalMeshException($"{process.Spec.Name} ended instead of getting ready:\n{process.LastWords()}");
            if (Stopwatch.GetElapsedTime(began) > StartLimit)
            {
                throw new LocalMeshException(
                    $"{process.Spec.Name} was not ready after {StartLimit.TotalSeconds:0} s ({ready}: {state.Trim()}); it last wrote:\n{process.LastWords()}");
            }

            await Task.Delay(25, cancellationToken).ConfigureAwait(false);
        }
    }
}
