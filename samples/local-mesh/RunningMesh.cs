using System.Diagnostics;

namespace Mesh.LocalMesh;

/// <summary>The started processes, by name.</summary>
internal sealed class RunningMesh(Layout layout, Topology topology) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, MeshProcess> processes = [];

    public Layout Layout { get; } = layout;
    public Topology Topology { get; } = topology;
    public MeshPlan Plan { get; } = new(layout, topology);

    public MeshProcess this[string name] => processes[name];

    /// <exception cref="LocalMeshException">A process ended or did not become ready in time; the message has its last words.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Plan.Prepare();
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

    /// <summary>Ends the processes: the applications and proxies first, the CA last. Agents get time to deregister.</summary>
    public static async Task StopAsync(IReadOnlyList<MeshProcess> running)
    {
        foreach (var process in running.Where(process => process.Spec.Name != "ca")) process.Terminate();
        var limit = TimeSpan.FromSeconds(10);
        await Task.WhenAll(running.Where(process => process.Spec.Name != "ca")
            .Select(process => process.WaitForExitAsync(limit, CancellationToken.None))).ConfigureAwait(false);
        foreach (var process in running.Where(process => process.Spec.Name == "ca"))
        {
            process.Terminate();
            await process.WaitForExitAsync(limit, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Names of processes that ended although nobody stopped them.</summary>
    public IEnumerable<string> Ended() => processes.Where(pair => !pair.Value.IsRunning).Select(pair => pair.Key);

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
