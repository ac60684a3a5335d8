using System.Security.Cryptography;

namespace Mesh.LocalMesh;

/// <summary>The processes of the local mesh and their options.</summary>
internal sealed class MeshPlan(Layout layout, Topology topology)
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

    /// <summary>Where a sidecar calls its application from, in Istio as here.</summary>
    private const string InboundProxy = "127.0.0.6";

    private const string GatewayAccount = "istio-ingressgateway-service-account";

    private string RootCertificate => Path.Combine(layout.CertificateAuthority, "root-cert.pem");

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

    /// <summary>Everything the processes read: config folders, tokens, the certificate of the edge.</summary>
    public void Prepare()
    {
        layout.Reset();
        var placeholders = topology.Placeholders(layout);
        var overlays = new List<string> { layout.Overlay };
        if (topology.Overlay is { } more) overlays.Add(Path.Combine(layout.Root, more));
        ConfigFolder.Write(layout, "eks-a", overlays, placeholders);
        ConfigFolder.Write(layout, "eks-b", overlays, placeholders);
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
        else arguments.AddRange(["--collect-registrations", Path.Combine(layout.Config, "eks-a")]);
        arguments.AddRange(
        [
            "--cluster", cluster, "--network", network, "--locality", locality, "--namespace", "istio-system",
            "--workload-address", address, "--admin", $"{admin}:15000",
        ]);
        arguments.AddRange(Common(name, "istio-system", GatewayAccount));
        return new ProcessSpec(
            name, network, layout.Binary("gateway/Mesh.Gateway", "mesh-gateway"), arguments, Health(address));
    }

    private ProcessSpec VirtualMachineAgent(string name, string address) => Agent(
        name, "eks-a", "vpc-legacy", "us-east-1/us-east-1c", "legacy-billing", "legacy-billing", address, [],
        ["--workload-group", "prod/legacy-billing", "--register", "file:" + Path.Combine(layout.Config, "eks-a")]);

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
        arguments.AddRange(Common(name, "prod", account));
        return new ProcessSpec(
            name, network, layout.Binary("vm-agent/Mesh.VmAgent", "mesh-agent"), arguments, Health(workload));
    }

    private IEnumerable<string> Common(string name, string space, string account) =>
    [
        "--source", $"file:{Path.Combine(layout.Config, "eks-a")}@eks-a",
        "--source", $"file:{Path.Combine(layout.Config, "eks-b")}@eks-b",
        "--identity", $"ca:{topology.ControlPlane}:{ControlPlanePort}",
        "--ca-root", RootCertificate,
        "--ca-token", Path.Combine(layout.Tokens, space, account),
        .. topology.CertificateLifetime is { } lifetime ? new[] { "--certificate-ttl", lifetime } : [],
        "--access-log", AccessLog(name),
    ];

    private string AccessLog(string name) => Path.Combine(layout.Logs, name + AccessLogs.Suffix);

    private static Uri Health(string address) => new($"http://{address}:{HealthPort}/healthz/ready");

    private void WriteToken(string space, string account)
    {
        var folder = Path.Combine(layout.Tokens, space);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, account), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
    }
}
