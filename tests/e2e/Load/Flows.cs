using System.Net;
using Grpc.Net.Client;
using Mesh.EndToEnd.Networks;
using Mesh.Payments.Faults.Records;

namespace Mesh.EndToEnd.Load;

/// <summary>
/// The calls that must not fail, between all places there are. Those named <c>retrying</c> send again with the same key what was not
/// decided; the others make each call once.
/// </summary>
internal sealed class Flows : IDisposable
{
    public const string EdgePays = "outside pays";
    public const string EdgePaysRetrying = "outside pays, retrying";
    public const string EdgeReads = "outside reads";
    public const string MachinePays = "machine pays";
    public const string MachinePaysRetrying = "machine pays, retrying";
    public const string MachineReads = "machine reads";
    public const string ClusterReads = "eks-a reads from machines";
    public const string OtherClusterReads = "eks-b reads from machines";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly RunningMesh mesh;
    private readonly string folder;
    private readonly List<IFlow> flows = [];

    /// <param name="folder">For what the clients write down.</param>
    /// <param name="payment">Name of a payment to read.</param>
    public Flows(RunningMesh mesh, string folder, string payment)
    {
        this.mesh = mesh;
        this.folder = folder;
        var topology = mesh.Topology;
        Pay(EdgePays, Edge(), retries: false);
        Pay(EdgePaysRetrying, Edge(), retries: true);
        flows.Add(new ReadFlow(EdgeReads, Edge(), payment, Timeout));
        Pay(MachinePays, Machine(topology.Vm), retries: false);
        Pay(MachinePaysRetrying, Machine(topology.Vm), retries: true);
        flows.Add(Http(
            MachineReads, "vpc-legacy", topology.Vm, $"http://{MeshPlan.PaymentsHost}:{MeshPlan.PaymentsPort}/v1/{payment}", payment));
        var invoice = $"http://{MeshPlan.BillingHost}:{MeshPlan.BillingPort}/invoices/inv-1001";
        flows.Add(Http(ClusterReads, "vpc-a", topology.PaymentsA, invoice, "inv-1001"));
        flows.Add(Http(OtherClusterReads, "vpc-b", topology.PaymentsB, invoice, "inv-1001"));
    }

    public IReadOnlyList<IFlow> All => flows;

    /// <summary>Those whose callers live beside a proxy that is being replaced.</summary>
    public static IReadOnlyList<string> Of(string agent) => agent switch
    {
        "agent-payments-a" => [ClusterReads],
        "agent-payments-b" => [OtherClusterReads],
        "agent-vm" => [MachinePays, MachineReads],
        _ => [],
    };

    /// <summary>Has what got no answer decided.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var flow in flows.OfType<PayFlow>()) await flow.SettleAsync(cancellationToken);
    }

    /// <summary>What all clients asked for and were told.</summary>
    public IReadOnlyList<ClientEntry> Written() => ClientLog.Read(Directory.EnumerateFiles(folder, "*.client.jsonl"));

    public void Dispose()
    {
        foreach (var flow in flows) flow.Dispose();
    }

    private void Pay(string name, GrpcChannel channel, bool retries) => flows.Add(
        new PayFlow(name, channel, Path.Combine(folder, name.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-') + ".client.jsonl"), Timeout, retries));

    /// <summary>An outside client, whose name server gives both gateways of eks-a and that of eks-b. It notices when its way is cut.</summary>
    private GrpcChannel Edge()
    {
        var topology = mesh.Topology;
        return Channels.Open(
            new Dialer(topology.NamespaceOf("outside")!, [topology.EdgeA, topology.GatewayA2!, topology.GatewayB], MeshPlan.EdgeTlsPort),
            $"{MeshPlan.EdgeHost}:{MeshPlan.EdgeTlsPort}", Path.Combine(mesh.Layout.Edge, EdgeCertificate.RootFile), watchful: true);
    }

    /// <summary>A program on a machine, through the machine's agent.</summary>
    /// <param name="machine">Its address.</param>
    public static GrpcChannel Machine(string machine) => Channels.Open(
        new Dialer(NetworkNamespaces.NameOf("vpc-legacy"), [machine], MeshPlan.OutboundPort),
        $"{MeshPlan.PaymentsHost}:{MeshPlan.PaymentsPort}", null, watchful: false);

    private HttpFlow Http(string name, string network, string proxy, string resource, string expected)
    {
        var handler = NamespaceDialer.Handler(mesh.Topology.NamespaceOf(network));
        handler.UseProxy = true;
        handler.Proxy = new WebProxy($"http://{proxy}:{MeshPlan.OutboundPort}");
        return new HttpFlow(name, new HttpClient(handler) { Timeout = Timeout }, new Uri(resource), expected);
    }
}
