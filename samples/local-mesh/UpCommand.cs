using System.Globalization;
using Mesh.LocalMesh.ApiServers;

namespace Mesh.LocalMesh;

/// <summary><c>./mesh up</c>.</summary>
internal static class UpCommand
{
    public static async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        // The script changes into the checkout; what users type is relative to where they are.
        var caller = Environment.GetEnvironmentVariable("MESH_CALLER") is { Length: > 0 } folder ? folder : Environment.CurrentDirectory;
        var (options, refusal) = UpOptions.Parse(words, caller);
        if (refusal is not null)
        {
            await Console.Error.WriteLineAsync($"mesh up: {refusal}.").ConfigureAwait(false);
            return 64;
        }

        var layout = Layout.Find();
        if (MeshProcess.Left(layout) is { Count: > 0 } left)
        {
            throw new LocalMeshException(
                $"a local mesh runs already ({string.Join(", ", left.Select(process => process.Spec.Name))}); stop it with ./mesh down.");
        }

        var servers = options.FakeKube ? new ApiServerChoice(layout.Kubeconfig, AreFake: true)
            : options.Kubeconfig is { } file ? new ApiServerChoice(file, AreFake: false)
            : null;
        await using var mesh = new RunningMesh(layout, Topology.Loopback, servers);
        Console.WriteLine("starting three networks: vpc-a (eks-a), vpc-b (eks-b), vpc-legacy (a VM)");
        if (servers is not null)
            Console.WriteLine($"configuration comes from {(servers.AreFake ? "API servers of our own" : servers.Kubeconfig)}, one for each cluster");
        await mesh.StartAsync(cancellationToken).ConfigureAwait(false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready after {ElapsedSeconds():0.0} s"));

        var succeeded = true;
        if (!options.NoTraffic) succeeded = await ShowTrafficAsync(mesh, cancellationToken).ConfigureAwait(false);
        if (options.Once) return succeeded ? 0 : 1;
        PrintHints(layout, servers);
        if (options.Detach)
        {
            mesh.Detach();
            Console.WriteLine("the mesh goes on in the background; ./mesh down stops it");
            return succeeded ? 0 : 1;
        }

        Console.WriteLine("Ctrl-C stops it");
        return await StayAsync(mesh, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> ShowTrafficAsync(RunningMesh mesh, CancellationToken cancellationToken)
    {
        Console.WriteLine("running the sample traffic");
        using var traffic = new SampleTraffic(mesh);
        var results = new List<SampleResult>();
        await foreach (var result in traffic.RunAsync(cancellationToken).ConfigureAwait(false)) results.Add(result);
        Report.Print(results);
        var failed = results.Where(result => !result.Succeeded).Select(result => result.Step).ToList();
        Console.WriteLine(failed.Count == 0
            ? "every call succeeded"
            : $"failed: {string.Join(", ", failed)}; the logs are in {mesh.Layout.Logs}");
        return failed.Count == 0;
    }

    private static void PrintHints(Layout layout, ApiServerChoice? servers)
    {
        var root = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(layout.Edge, EdgeCertificate.RootFile));
        Console.WriteLine($"""

            edge of eks-a     https://localhost:{MeshPlan.EdgeTlsPort} (TLS), http://127.0.0.1:{MeshPlan.EdgePlainPort} (h2c and HTTP/1.1)
            try               curl --cacert {root} https://localhost:{MeshPlan.EdgeTlsPort}/v1/payments
            logs              .mesh/logs/
            config            {(servers is null ? ".mesh/config/<cluster>/*.yaml" : Kubectl(servers))} (changes take effect at once)

            """);
    }

    private static string Kubectl(ApiServerChoice servers) =>
        $"kubectl --kubeconfig {Path.GetRelativePath(Environment.CurrentDirectory, servers.Kubeconfig)} --context {MeshPlan.ClusterA} edit virtualservice -n prod payments";

    private static async Task<int> StayAsync(RunningMesh mesh, CancellationToken cancellationToken)
    {
        var reported = new HashSet<string>();
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var name in mesh.Ended().Where(reported.Add))
                await Console.Error.WriteLineAsync($"{name} ended:\n{mesh[name].LastWords()}").ConfigureAwait(false);
            await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Console.WriteLine("stopping");
        return 0;
    }

    /// <summary>Since the script handed over, which is what a user waits for; builds are not counted.</summary>
    private static double ElapsedSeconds()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var began = long.TryParse(Environment.GetEnvironmentVariable("MESH_STARTED_MS"), CultureInfo.InvariantCulture, out var ms)
            ? ms
            : now - Environment.TickCount64;
        return (now - began) / 1000.0;
    }
}
