using System.Globalization;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;

namespace Mesh.EndToEnd.Joining;

/// <summary>
/// A machine with a network, an /etc, a /var/lib and a /run of its own: what istioctl writes lies where Istio's package has it, and the agent
/// is started without any option.
/// </summary>
internal sealed class JoiningMachine(Layout layout)
{
    /// <summary>Ports of the CA and of discovery differ: both addresses of a bundle count.</summary>
    public const int DiscoveryPort = 15013;

    public const string Name = "machine";

    private const string Istiod = "istiod.istio-system.svc";

    private readonly string root = Path.Combine(layout.State, "machine");

    public string AccessLog => Path.Combine(layout.Logs, $"{Name}.access.jsonl");

    public string State => Place("var/lib/mesh-agent");

    public string Token => Place("run/secrets/tokens/istio-token");

    /// <summary>The agent in its own view of the file system; the id of the process is the agent's.</summary>
    public ProcessSpec Agent => new(
        Name, "", "/bin/sh",
        [
            "-ec", "root=$1; shift; for place in etc var/lib run; do mount --bind \"$root/$place\" \"/$place\"; done; exec \"$@\"", "sh",
            root, layout.Binary("vm-agent/Mesh.VmAgent", "mesh-agent"),
        ],
        new Uri($"http://{JoiningNetwork.MachineAddress}:{MeshPlan.HealthPort}/healthz/ready"))
    {
        // The file that says where .NET is lies in the /etc of the test's machine.
        Environment = new Dictionary<string, string>
        {
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
        },
    };

    /// <summary>A machine fresh from the factory, with a bundle.</summary>
    /// <param name="byIstiod">The bundle says so, and nothing else does.</param>
    /// <param name="ttl">Life of certificates.</param>
    public void Set(bool byIstiod, TimeSpan ttl)
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        foreach (var folder in new[] { "etc", "var/lib", "run" }) Directory.CreateDirectory(Place(folder));
        Write("etc/hosts", "127.0.0.1 localhost\n");
        Write("etc/istio/hosts", $"{JoiningNetwork.ControlPlane} {Istiod}\n");
        Write("etc/istio/config/mesh", $"defaultConfig:\n  discoveryAddress: {Istiod}:{DiscoveryPort}\n");
        File.Copy(Path.Combine(layout.CertificateAuthority, "root-cert.pem"), Prepared("etc/certs/root-cert.pem"));
        Write("var/lib/istio/envoy/cluster.env", $$"""
            CA_ADDR='{{Istiod}}:{{MeshPlan.ControlPlanePort}}'
            ISTIO_METAJSON_LABELS='{"app":"legacy-billing"}'
            ISTIO_META_CLUSTER_ID='{{MeshPlan.ClusterA}}'
            ISTIO_META_NETWORK='vpc-legacy'
            ISTIO_NAMESPACE='prod'
            ISTIO_SERVICE='legacy-billing.prod'
            POD_NAME='{{Name}}'
            SERVICE_ACCOUNT='legacy-billing'
            SECRET_TTL='{{ttl.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s'
            TRUST_DOMAIN='cluster.local'
            {{(byIstiod ? "ISTIO_META_AUTO_REGISTER_GROUP='legacy-billing-istiod'" : "")}}

            """);
        Write("etc/mesh-agent/agent.yaml", $"""
            source: kube:{layout.Kubeconfig}@{MeshPlan.ClusterA}
            app-address: 127.0.0.1
            access-log: {AccessLog}
            {(byIstiod ? "" : $"register: kube:{layout.Kubeconfig}\nworkload-group: prod/legacy-billing")}

            """);
        Directory.CreateDirectory(State);
        GiveToken(layout);
    }

    /// <summary>The administrator copies a token that the CA takes.</summary>
    public void GiveToken(Layout from) => File.Copy(Path.Combine(from.Tokens, "prod", "legacy-billing"), Prepared("run/secrets/tokens/istio-token"), overwrite: true);

    /// <summary>A token for istio-ca that expired in 2001.</summary>
    public void ExpireToken() => Write("run/secrets/tokens/istio-token", "e30.eyJhdWQiOlsiaXN0aW8tY2EiXSwiZXhwIjoxMDAwMDAwMDAwfQ.x");

    /// <summary>As if the machine had been off for long: what it kept has expired.</summary>
    public async Task ExpireCertificateAsync(CancellationToken cancellationToken)
    {
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            layout.CertificateAuthority, "cluster.local", new CaLimits(), TimeProvider.System, cancellationToken);
        var id = new SpiffeId("cluster.local", "prod", "legacy-billing");
        var request = CertificateSigningRequest.Create(id, WorkloadKeyKind.EcdsaP256);
        var blocks = authority.Issue(request.Pem, [id.ToString()], 1);
        await new IdentityStore(State).SaveAsync(string.Concat(blocks.Select(block => block.TrimEnd() + "\n")), request.KeyPem, blocks[^1], cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1.5), cancellationToken);
    }

    /// <summary>Calls that the application answered, since the log began.</summary>
    public int Calls()
    {
        if (!File.Exists(AccessLog)) return 0;
        using var reader = new StreamReader(new FileStream(AccessLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n').Count(line => line.Contains("\"response_code\":200", StringComparison.Ordinal));
    }

    private string Place(string path) => Path.Combine(root, path);

    private string Prepared(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place(path))!);
        return Place(path);
    }

    private void Write(string path, string text) => File.WriteAllText(Prepared(path), text);
}
