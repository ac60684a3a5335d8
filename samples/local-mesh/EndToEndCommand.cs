using System.Globalization;
using System.Net.Sockets;

namespace Mesh.LocalMesh;

/// <summary><c>./mesh e2e</c>: the sample traffic over network namespaces, and proof that they keep networks apart.</summary>
internal static class EndToEndCommand
{
    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        if (options.FirstOrDefault(option => option != "--short") is { } unknown)
        {
            await Console.Error.WriteLineAsync($"mesh e2e: there is no option {unknown}.").ConfigureAwait(false);
            return 64;
        }

        var layout = Layout.Find().WithState("e2e");
        var passed = 0;
        var failed = 0;
        var results = new List<SampleResult>();
        void Count(string name, bool succeeded, string detail)
        {
            if (succeeded) passed++;
            else failed++;
            Console.WriteLine($"{(succeeded ? "pass" : "FAIL")}  {name}: {detail}");
        }

        await RunningMesh.StopAsync(MeshProcess.Left(layout)).ConfigureAwait(false);
        await using (await NetworkNamespaces.CreateAsync(cancellationToken).ConfigureAwait(false))
        await using (var mesh = new RunningMesh(layout, Topology.Namespaces))
        {
            await mesh.StartAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (name, network, address, port, reachable) in Reachability(mesh.Topology))
            {
                var answer = await ReachAsync(network, address, port, cancellationToken).ConfigureAwait(false);
                Count(name, answer == reachable, answer ? "reachable" : "not reachable");
            }

            using var traffic = new SampleTraffic(mesh);
            await foreach (var result in traffic.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                results.Add(result);
                Count($"({result.Step}) {result.From} to {result.To}", result.Succeeded, $"{result.Path}; {result.Status}");
            }
        }

        Report.Print(results);
        var folder = Path.Combine(Layout.Find().State, "results");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "e2e.counts"),
            string.Create(CultureInfo.InvariantCulture, $"{passed} {failed} 0\n"),
            CancellationToken.None).ConfigureAwait(false);
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, string Network, string Address, int Port, bool Reachable)> Reachability(Topology topology) =>
    [
        ("VM to the east-west gateway of vpc-a", "vpc-legacy", topology.GatewayA, 15443, true),
        ("vpc-a to the east-west gateway of the VM", "vpc-a", topology.GatewayLegacy, 15443, true),
        ("VM to a workload of vpc-a", "vpc-legacy", topology.PaymentsA, 15006, false),
        ("vpc-a to a workload of vpc-b", "vpc-a", topology.PaymentsB, 15006, false),
        ("vpc-a to the VM", "vpc-a", topology.Vm, 15006, false),
        ("outside to the edge", "outside", topology.EdgeA, MeshPlan.EdgeTlsPort, true),
        ("outside to a workload of vpc-a", "outside", topology.PaymentsA, 15006, false),
    ];

    private static async Task<bool> ReachAsync(string network, string address, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await using var stream = await NamespaceDialer
                .ConnectAsync(NetworkNamespaces.NameOf(network), address, port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is SocketException ||
                                        (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
