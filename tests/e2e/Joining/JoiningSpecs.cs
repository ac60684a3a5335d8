namespace Mesh.EndToEnd.Joining;

/// <summary>The processes around a machine that joins.</summary>
internal sealed class JoiningSpecs(Layout layout)
{
    public ProcessSpec CertificateAuthority => new(
        "ca", "", layout.Binary("mesh-config/Meshctl", "meshctl"),
        [
            "ca", "serve", "--dir", layout.CertificateAuthority, "--tokens", layout.Tokens,
            "--listen", $"{JoiningNetwork.ControlPlane}:{MeshPlan.ControlPlanePort}",
        ],
        new Uri($"tcp://{JoiningNetwork.ControlPlane}:{MeshPlan.ControlPlanePort}"));

    public ProcessSpec ApiServer => new(
        "kube", "", layout.Binary("tests/Mesh.FakeKube", "mesh-fake-kube"),
        [
            "--listen", $"{JoiningNetwork.ControlPlane}:{JoiningRig.ApiServerPort}", "--context", MeshPlan.ClusterA, "--kubeconfig", layout.Kubeconfig,
            "--load", Path.Combine(layout.Config, MeshPlan.ClusterA),
        ],
        new Uri($"tcp://{JoiningNetwork.ControlPlane}:{JoiningRig.ApiServerPort}"));

    public ProcessSpec Istiod => new(
        "istiod", "", Environment.ProcessPath!,
        [
            IstiodStandIn.Command, $"{JoiningNetwork.ControlPlane}:{JoiningMachine.DiscoveryPort}", layout.CertificateAuthority, layout.Kubeconfig,
        ],
        new Uri($"tcp://{JoiningNetwork.ControlPlane}:{JoiningMachine.DiscoveryPort}"));

    public ProcessSpec Caller => Agent("caller", JoiningNetwork.Caller, "127.0.0.2", "payments", ["--outbound", $"{JoiningNetwork.Caller}:{MeshPlan.OutboundPort}"]);

    public ProcessSpec Neighbour => Agent(
        "neighbour", JoiningNetwork.Neighbour, "127.0.0.3", "legacy-billing",
        ["--workload-group", "prod/legacy-billing", "--register", $"kube:{layout.Kubeconfig}"]);

    public ProcessSpec App(string name, string address) => new(
        name, "", layout.Binary("samples/legacy-billing", "legacy-billing"), ["--listen", $"{address}:{MeshPlan.BillingPort}"],
        new Uri($"http://{address}:{MeshPlan.BillingPort}/healthz"));

    private ProcessSpec Agent(string name, string address, string local, string account, string[] more) => new(
        name, "", layout.Binary("vm-agent/Mesh.VmAgent", "mesh-agent"),
        [
            "--name", name, "--cluster", MeshPlan.ClusterA, "--network", "vpc-legacy", "--namespace", "prod", "--service-account", account,
            "--labels", "app=" + account, "--workload-address", address, "--app-address", local, "--admin", $"{local}:15000",
            "--source", $"kube:{layout.Kubeconfig}@{MeshPlan.ClusterA}",
            "--identity", $"ca:{JoiningNetwork.ControlPlane}:{MeshPlan.ControlPlanePort}",
            "--ca-root", Path.Combine(layout.CertificateAuthority, "root-cert.pem"), "--ca-token", Path.Combine(layout.Tokens, "prod", account),
            "--access-log", Path.Combine(layout.Logs, $"{name}.access.jsonl"), .. more,
        ],
        new Uri($"http://{address}:{MeshPlan.HealthPort}/healthz/ready"));
}
