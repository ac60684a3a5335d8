using System.Net.Sockets;

namespace Mesh.EndToEnd.Networks;

/// <summary>Proof that the namespaces keep networks apart: who can connect to whom.</summary>
internal static class Reachability
{
    public static async IAsyncEnumerable<(string Name, bool IsRight, string Answer)> CheckAsync(
        Topology topology, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (name, network, address, port, reachable) in Expected(topology))
        {
            var answer = await ReachAsync(network, address, port, cancellationToken);
            yield return (name, answer == reachable, answer ? "reachable" : "not reachable");
        }
    }

    private static IEnumerable<(string Name, string Network, string Address, int Port, bool Reachable)> Expected(Topology topology) =>
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
            await using var stream = await NamespaceDialer.ConnectAsync(NetworkNamespaces.NameOf(network), address, port, limit.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException ||
                                        (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
