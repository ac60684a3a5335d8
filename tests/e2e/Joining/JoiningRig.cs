using System.Security.Cryptography;
using Mesh.EndToEnd.Load;

namespace Mesh.EndToEnd.Joining;

/// <summary>
/// A small mesh for a machine to join: CA, API server, istiod's discovery, a caller, and a neighbour that offers the same service, so that
/// calls have somewhere to go while the machine is not there.
/// </summary>
internal sealed class JoiningRig : IAsyncDisposable
{
    public const int ApiServerPort = 6443;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, MeshProcess> processes = [];
    private readonly JoiningNetwork network;
    private readonly HttpClient client;

    private JoiningRig(Layout layout, JoiningNetwork network)
    {
        (Layout, this.network) = (layout, network);
        Machine = new JoiningMachine(layout);
        client = new HttpClient(NamespaceDialer.Handler(JoiningNetwork.Hub)) { Timeout = TimeSpan.FromSeconds(2) };
        var handler = NamespaceDialer.Handler(JoiningNetwork.Hub);
        handler.UseProxy = true;
        handler.Proxy = new System.Net.WebProxy($"http://{JoiningNetwork.Caller}:{MeshPlan.OutboundPort}");
        Flow = new HttpFlow(
            "calls to machines", new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) },
            new Uri($"http://{MeshPlan.BillingHost}:{MeshPlan.BillingPort}/invoices/inv-1001"), "inv-1001");
    }

    public Layout Layout { get; }

    public JoiningMachine Machine { get; }

    public IFlow Flow { get; }

    public MeshProcess this[string name] => processes[name];

    public static async Task<JoiningRig> StartAsync(CancellationToken cancellationToken)
    {
        var layout = Layout.Find().WithState("e2e-joining");
        await RunningMesh.StopAsync(MeshProcess.Left(layout));
        layout.Reset();
        var rig = new JoiningRig(layout, await JoiningNetwork.CreateAsync(cancellationToken));
        try
        {
            await rig.StartAllAsync(cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        Run(spec);
        await ReadyAsync(spec.Name, cancellationToken);
    }

    public MeshProcess Run(ProcessSpec spec) => processes[spec.Name] = MeshProcess.Start(
        Layout, spec, spec.Name is JoiningMachine.Name or "machine-app" ? JoiningNetwork.Machine : JoiningNetwork.Hub);

    public async Task RestartAsync(string name, CancellationToken cancellationToken)
    {
        processes[name] = processes[name].Restart();
        await ReadyAsync(name, cancellationToken);
    }

    public async Task TerminateAsync(string name, CancellationToken cancellationToken)
    {
        processes[name].Terminate();
        await processes[name].WaitForExitAsync(TimeSpan.FromSeconds(30), cancellationToken);
    }

    /// <summary>All links work, the CA runs, and no machine is there.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await JoiningNetwork.HealAsync(cancellationToken);
        if (!processes["ca"].IsRunning) await RestartAsync("ca", cancellationToken);
        if (processes.TryGetValue(JoiningMachine.Name, out var machine) && machine.IsRunning) await TerminateAsync(JoiningMachine.Name, cancellationToken);
    }

    /// <summary>Until the process answers as it should.</summary>
    public Task ReadyAsync(string name, CancellationToken cancellationToken) =>
        UntilAsync(() => IsReadyAsync(processes[name], cancellationToken), $"{name} is ready", name, cancellationToken);

    /// <summary>Until some file or state is as it should be.</summary>
    public Task UntilAsync(Func<bool> holds, string what, CancellationToken cancellationToken) =>
        UntilAsync(() => Task.FromResult(holds()), what, JoiningMachine.Name, cancellationToken);

    /// <summary>What a process wrote so far.</summary>
    public string LogOf(string name)
    {
        var file = Path.Combine(Layout.Logs, name + ".log");
        if (!File.Exists(file)) return "";
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public async ValueTask DisposeAsync()
    {
        Flow.Dispose();
        client.Dispose();
        await RunningMesh.StopAsync([.. processes.Values]);
        await network.DisposeAsync();
    }

    private async Task UntilAsync(Func<Task<bool>> holds, string what, string process, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new LocalMeshException($"not within {Patience.TotalSeconds:0} s: {what}; {process} last wrote:\n{processes.GetValueOrDefault(process)?.LastWords()}");
            await Task.Delay(25, cancellationToken);
        }
    }

    private async Task<bool> IsReadyAsync(MeshProcess process, CancellationToken cancellationToken)
    {
        if (!process.IsRunning) throw new LocalMeshException($"{process.Spec.Name} ended instead of getting ready:\n{process.LastWords()}");
        var ready = process.Spec.Ready;
        try
        {
            if (ready.Scheme != "tcp")
            {
                using var response = await client.GetAsync(ready, cancellationToken);
                return response.IsSuccessStatusCode;
            }

            await using var stream = await NamespaceDialer.ConnectAsync(JoiningNetwork.Hub, ready.Host, ready.Port, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException ||
                                        (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        foreach (var account in new[] { "payments", "legacy-billing" })
        {
            Directory.CreateDirectory(Path.Combine(Layout.Tokens, "prod"));
            await File.WriteAllTextAsync(
                Path.Combine(Layout.Tokens, "prod", account), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n", cancellationToken);
        }

        var objects = Path.Combine(Layout.Config, MeshPlan.ClusterA);
        Directory.CreateDirectory(objects);
        File.Copy(Path.Combine(Layout.Manifests, "istio", "legacy-billing.yaml"), Path.Combine(objects, "legacy-billing.yaml"));
        File.Copy(Path.Combine(Layout.Root, "tests/e2e/overlay/common/legacy-billing.yaml"), Path.Combine(objects, "retries.yaml"));
        await File.WriteAllTextAsync(Path.Combine(objects, "joining.yaml"), Objects, cancellationToken);

        var specs = new JoiningSpecs(Layout);
        await Task.WhenAll(StartAsync(specs.CertificateAuthority, cancellationToken), StartAsync(specs.ApiServer, cancellationToken));
        await UntilAsync(() => File.Exists(Layout.Kubeconfig), "the API server wrote its kubeconfig", cancellationToken);
        Run(specs.App("neighbour-app", "127.0.0.3"));
        Run(specs.App("machine-app", "127.0.0.1"));
        await Task.WhenAll(new[] { specs.Istiod, specs.Neighbour, specs.Caller }.Select(spec => StartAsync(spec, cancellationToken)));
        // The neighbour has registered, and the caller has yet to hear of it.
        await UntilAsync(
            async () => await Flow.CallAsync(Trace.New(), cancellationToken) is null, "a call reaches the neighbour", specs.Caller.Name, cancellationToken);
    }

    private const string Objects = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec:
          mtls: {mode: STRICT}
        ---
        # istiod gives its entries the ports of the template: without traffic capture they are the agent's.
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: legacy-billing-istiod, namespace: prod}
        spec:
          metadata:
            labels: {app: legacy-billing}
          template:
            serviceAccount: legacy-billing
            network: vpc-legacy
            ports: {http: 15006}
          probe:
            periodSeconds: 1
            httpGet: {path: /healthz, port: 9080}
        """;
}
