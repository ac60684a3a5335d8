using System.Security.Cryptography;
using Mesh.LocalMesh.ApiServers;

namespace Mesh.LocalMesh;

/// <summary>The processes of the local mesh and their options.</summary>
/// <param name="servers">The API servers that hold the configuration; null: the config folders do.</param>
internal sealed class MeshPlan(Layout layout, Topology topology, ApiServerChoice? servers = null)
{
    public const string EdgeHost = "payments.example.com";
    public const string PaymentsHost = "payments.prod.svc.cluster.local";
    public const string BillingHost = "legacy-billing.prod.svc.cluster.local";
    public const int EdgeTlsPort = 8443;
    public const int EdgePlainPort = 8080;
    public const int PaymentsPort = 8080;
    public const int BillingPort = 9080;
    public const int OutboundPort = 15001;
    public const int HealthPort = 15021;
    public const int ControlPlanePort = 15012;
    public const int AcquirerPort = 8090;
    public const int ApiServerPort = 6443;
    public const int ApiServerControlPort = 6444;
    public const string ClusterA = "eks-a";
    public const string ClusterB = "eks-b";

    private const string ApiServerPrefix = "kube-";

    /// <summary>Where a sidecar calls its application from, in Istio as here.</summary>
    private const string InboundProxy = "127.0.0.6";

    private const string GatewayAccount = "istio-ingressgateway-service-account";

    private string RootCertificate => Path.Combine(layout.CertificateAuthority, "root-cert.pem");

    public static IReadOnlyList<string> Clusters { get; } = [ClusterA, ClusterB];

    public IReadOnlyList<ProcessSpec> ApiServers =>
        servers is { AreFake: true } ? [ApiServer(ClusterA, "vpc-a", topology.ApiServerA), ApiServer(ClusterB, "vpc-b", topology.ApiServerB)] : [];

    public ProcessSpec CertificateAuthority => new(
        "ca", "control-plane", layout.Binary("mesh-config/Meshctl", "meshctl"),
        [
            "ca", "serve",
            "--dir", layout.CertificateAuthority,
            "--tokens", layout.Tokens,
            "--listen", $"{topology.ControlPlane}:{ControlPlanePort}",
        ],
        new Uri($"tcp://{topology.ControlPlane}:{ControlPlanePort}"));

    /// <summary>Stands outside of the mesh, as an acquirer does: payments calls it past its sidecar.</summary>
    public ProcessSpec Acquirer => new(
        "acquirer", "control-plane", layout.Binary("samples/sandbox-acquirer", "sandbox-acquirer"),
        ["--listen", $"{topology.ControlPlane}:{AcquirerPort}", "--log", layout.AcquirerLog],
        new Uri($"http://{topology.ControlPlane}:{AcquirerPort}/healthz/ready"));

    public ProcessSpec GatewayA => Gateway(
        "gateway-a", "vpc-a", "eks-a", "us-east-1/us-east-1a", topology.GatewayA, topology.EdgeA, edge: true);

    public ProcessSpec GatewayB => Gateway(
        "gateway-b", "vpc-b", "eks-b", "us-west-2/us-west-2a", topology.GatewayB, topology.GatewayB, edge: true);

    /// <summary>Also looks after the machines of its network: probes them and removes what a dead one left.</summary>
    public ProcessSpec GatewayLegacy => Gateway(
        "gateway-legacy", "vpc-legacy", "eks-a", "us-east-1/us-east-1c", topology.GatewayLegacy, topology.GatewayLegacy, edge: false);

    public ProcessSpec PaymentsA => Payments("payments-a", "vpc-a", topology.PaymentsA);
    public ProcessSpec PaymentsB => Payments("payments-b", "vpc-b", topology.PaymentsB);

    public ProcessSpec AgentPaymentsA => Agent(
        "agent-payments-a", "eks-a", "vpc-a", "us-east-1/us-east-1a", "payments", "payments", topology.PaymentsA,
        [$"{PaymentsPort}={topology.ApplicationAddress(topology.PaymentsA)}:{PaymentsPort}"], []);

    public ProcessSpec AgentPaymentsB => Agent(
        "agent-payments-b", "eks-b", "vpc-b", "us-west-2/us-west-2a", "payments", "payments", topology.PaymentsB,
        [$"{PaymentsPort}={topology.ApplicationAddress(topology.PaymentsB)}:{PaymentsPort}"], []);

    public ProcessSpec AgentVm => VirtualMachineAgent("agent-vm", topology.Vm);

    public ProcessSpec LegacyBilling => Billing("legacy-billing", topology.Vm);

    public IReadOnlyList<ProcessSpec> AllButCertificateAuthority =>
    [
        Acquirer, PaymentsA, PaymentsB, GatewayA, GatewayB, GatewayLegacy, AgentPaymentsA, AgentPaymentsB, AgentVm, LegacyBilling,
        .. SecondInstances,
    ];

    private IEnumerable<ProcessSpec> SecondInstances
    {
        get
        {
            if (topology.GatewayA2 is { } edge)
                yield return Gateway("gateway-a2", "vpc-a", "eks-a", "us-east-1/us-east-1a", edge, edge, edge: true);
            if (topology.GatewayLegacy2 is { } gateway)
                yield return Gateway("gateway-legacy2", "vpc-legacy", "eks-a", "us-east-1/us-east-1c", gateway, gateway, edge: false);
            if (topology.Vm2 is not { } machine) yield break;
            yield return VirtualMachineAgent("agent-vm2", machine);
            yield return Billing("legacy-billing2", machine);
        }
    }

    /// <summary>True for what others need until they have ended.</summary>
    public static bool IsControlPlane(string process) => process == "ca" || process.StartsWith(ApiServerPrefix, StringComparison.Ordinal);

    /// <summary>File that a started API server writes.</summary>
    public string KubeconfigOf(string cluster) => Path.Combine(layout.Run, $"{ApiServerPrefix}{cluster}.kubeconfig");

    /// <summary>Everything the processes read: config folders, tokens, the certificate of the edge.</summary>
    public void Prepare()
    {
        layout.Reset();
        var placeholders = topology.Placeholders(layout);
        var overlays = new List<string> { layout.Overlay, servers is null ? layout.OverlayOfPods : layout.OverlayOfApiServers };
        if (topology.Overlay is { } more) overlays.Add(Path.Combine(layout.Root, more));
        foreach (var cluster in Clusters) ConfigFolder.Write(layout, cluster, overlays, placeholders);
        EdgeCertificate.Create(
            layout.Edge,
            [EdgeHost, "localhost"],
            new[] { topology.EdgeA, topology.GatewayA, topology.GatewayB, "127.0.0.1" }.Distinct());
        WriteToken("prod", "payments");
        WriteToken("prod", "legacy-billing");
        WriteToken("istio-system", GatewayAccount);
    }

    private ProcessSpec Gateway(
        string name, string network, string cluster, string locality, string address, string edgeAddress, bool edge)
    {
        var admin = topology.AdminAddress(name, address);
        var arguments = new List<string> { "--name", name, "--role", "east-west" };
        if (edge) arguments.AddRange(["--role", "edge", "--listen-address", edgeAddress]);
        else arguments.AddRange(["--collect-registrations", servers?.PlaceOf(cluster) ?? Path.Combine(layout.Config, cluster)]);
        arguments.AddRange(
        [
            "--cluster", cluster, "--network", network, "--locality", locality, "--namespace", "istio-system",
            "--workload-address", address, "--admin", $"{admin}:15000",
        ]);
        arguments.AddRange(Common(name, cluster, "istio-system", GatewayAccount));
        return new ProcessSpec(
            name, network, layout.Binary("gateway/Mesh.Gateway", "mesh-gateway"), arguments, Health(address));
    }

    private ProcessSpec VirtualMachineAgent(string name, string address) => Agent(
        name, "eks-a", "vpc-legacy", "us-east-1/us-east-1c", "legacy-billing", "legacy-billing", address, [],
        [
            "--workload-group", "prod/legacy-billing", "--register", servers?.PlaceOf(ClusterA) ?? "file:" + Path.Combine(layout.Config, ClusterA),
            // All machines of the local mesh are this one.
            .. servers is null ? Array.Empty<string>() : ["--instance-id", name],
        ]);

    private ProcessSpec Billing(string name, string machine)
    {
        var address = topology.ApplicationAddress(machine);
        return new ProcessSpec(
            name, "vpc-legacy", layout.Binary("samples/legacy-billing", "legacy-billing"),
            ["--listen", $"{address}:{BillingPort}"],
            new Uri($"http://{address}:{BillingPort}/healthz"))
        {
            // All that the application knows of the mesh.
            Environment = new Dictionary<string, string> { ["http_proxy"] = $"http://{machine}:{OutboundPort}" },
        };
    }

    private ProcessSpec Payments(string name, string network, string workload)
    {
        var address = topology.ApplicationAddress(workload);
        return new ProcessSpec(
            name, network, layout.Binary("payments/Mesh.Payments", "mesh-payments"),
            [
                "--name", name,
                "--listen", $"{address}:{PaymentsPort}",
                "--store", "sqlite:" + layout.Store,
                "--acquirer", $"http://{topology.ControlPlane}:{AcquirerPort}",
                "--trusted-proxy", InboundProxy,
                "--access-log", AccessLog(name),
            ],
            new Uri($"http://{address}:{PaymentsPort}/healthz/ready"));
    }

    private ProcessSpec Agent(
        string name, string cluster, string network, string locality, string account, string app, string workload,
        IReadOnlyList<string> inbound, IReadOnlyList<string> more)
    {
        var arguments = new List<string>
        {
            "--name", name, "--cluster", cluster, "--network", network, "--locality", locality,
            "--namespace", "prod", "--service-account", account, "--labels", "app=" + app,
            "--workload-address", workload, "--app-address", topology.ApplicationAddress(workload),
            "--outbound", $"{workload}:{OutboundPort}",
            "--admin", $"{topology.AdminAddress(name, workload)}:15000",
        };
        foreach (var port in inbound) arguments.AddRange(["--inbound", port]);
        arguments.AddRange(more);
        arguments.AddRange(Common(name, cluster, "prod", account));
        return new ProcessSpec(
            name, network, layout.Binary("vm-agent/Mesh.VmAgent", "mesh-agent"), arguments, Health(workload));
    }

    private IEnumerable<string> Common(string name, string cluster, string space, string account) =>
    [
        .. Sources(cluster),
        "--identity", $"ca:{topology.ControlPlane}:{ControlPlanePort}",
        "--ca-root", RootCertificate,
        "--ca-token", Path.Combine(layout.Tokens, space, account),
        .. topology.CertificateLifetime is { } lifetime ? new[] { "--certificate-ttl", lifetime } : [],
        "--access-log", AccessLog(name),
    ];

    /// <summary>Of an API server the others are found through its Secrets.</summary>
    private IEnumerable<string> Sources(string cluster) => servers is null
        ? Clusters.SelectMany(name => new[] { "--source", $"file:{Path.Combine(layout.Config, name)}@{name}" })
        : ["--source", servers.SourceOf(cluster)];

    private ProcessSpec ApiServer(string cluster, string network, string address) => new(
        ApiServerPrefix + cluster, network, layout.Binary("tests/Mesh.FakeKube", "mesh-fake-kube"),
        [
            "--listen", $"{address}:{ApiServerPort}", "--control", $"{address}:{ApiServerControlPort}",
            "--context", cluster, "--kubeconfig", KubeconfigOf(cluster), "--refuse-loopback",
        ],
        new Uri($"tcp://{address}:{ApiServerPort}"));

    private string AccessLog(string name) => Path.Combine(layout.Logs, name + AccessLogs.Suffix);

    private static Uri Health(string address) => new($"http://{address}:{HealthPort}/healthz/ready");

    private void WriteToken(string space, string account)
    {
        var folder = Path.Combine(layout.Tokens, space);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, account), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
    }
}
