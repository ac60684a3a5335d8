using System.Globalization;
using System.Text;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Kubernetes;

/// <summary>Four API servers; the first has Secrets for the others, as <c>istioctl create-remote-secret</c> makes them.</summary>
internal sealed class BenchClusters : IDisposable
{
    /// <summary>Cluster id of the gateway's own.</summary>
    public const string Own = "bench";

    private readonly List<ClusterProcess> processes = [];

    private BenchClusters()
    {
    }

    public IReadOnlyList<ClusterProcess> All => processes;

    public ClusterProcess First => processes[^1];

    /// <summary>One of those that Secrets name.</summary>
    public ClusterProcess Remote => processes[0];

    public static BenchClusters Start(BenchFolder folder, ProxyPorts ports, int services, int backend)
    {
        var clusters = new BenchClusters();
        try
        {
            var network = folder.Write("objects/network.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: net} } }");
            for (var cluster = 1; cluster < ClusterShape.Clusters; cluster++)
                clusters.processes.Add(ClusterProcess.Start(cluster, services, backend, Kubeconfig(folder, cluster), network));
            foreach (var process in clusters.processes) process.WaitUntilReady();
            var gateways = folder.Write("objects/gateways.yaml", MeshGatewayProxy.Gateways(folder, ports));
            var secrets = folder.Write("objects/remotes.yaml", string.Join("\n---\n", clusters.processes.Select((process, i) => Secret(i + 1, process.Kubeconfig))));
            var first = ClusterProcess.Start(0, services, backend, Kubeconfig(folder, 0), gateways, secrets);
            clusters.processes.Add(first);
            first.WaitUntilReady();
            return clusters;
        }
        catch
        {
            clusters.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var process in processes) process.Dispose();
    }

    private static string Kubeconfig(BenchFolder folder, int cluster) =>
        Path.Combine(folder.Root, string.Create(CultureInfo.InvariantCulture, $"kubeconfig-{cluster}"));

    private static string Secret(int cluster, string kubeconfig) => $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: istio-remote-secret-c{{cluster}}, namespace: istio-system, labels: {istio/multiCluster: "true"} }
        data: {c{{cluster}}: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(kubeconfig)))}} }
        """;
}
