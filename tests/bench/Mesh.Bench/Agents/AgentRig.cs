using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Mesh.Bench.Gateway.Proxies;
using Mesh.DataPlane.Identity;
using Mesh.FakeKube;
using Mesh.Istiod.Ca;
using Microsoft.Extensions.Logging;

namespace Mesh.Bench.Agents;

/// <summary>
/// A mesh of two networks: its CA, its API server (the fake of the tests), a stand-in for istiod and all applications in this process;
/// gateways and agents as processes of their own, as their users run them.
/// </summary>
internal sealed class AgentRig : IAsyncDisposable
{
    /// <summary>Names the program; set by the script that makes it.</summary>
    public const string AgentVariable = "MESH_AGENT";

    /// <summary>Of the CA, in the folder of the rig.</summary>
    public const string AuthorityFolder = "ca";

    private const int AuthorityPort = 15012;
    private const int IstiodPort = 15014;
    private const string Account = "legacy-billing";
    private const string GatewayAccount = "istio-ingressgateway-service-account";

    private static readonly string[] Accounts = [$"{RigResources.Namespace}/{Account}", $"{RigResources.Namespace}/caller", $"istio-system/{GatewayAccount}"];

    private readonly string folder = Directory.CreateTempSubdirectory("mesh-bench-agent-").FullName;
    private readonly string agent = Environment.GetEnvironmentVariable(AgentVariable) is { Length: > 0 } named
        ? named
        : throw new InvalidOperationException($"{AgentVariable} does not name the program; run ./mesh bench");

    private readonly List<BenchProcess> gateways = [];
    private CertificateAuthority authority = null!;
    private CaServer? ca;
    private MachineApps apps = null!;

    private AgentRig()
    {
    }

    public FakeKubeServer Kube { get; private set; } = null!;

    public IstiodStandIn Istiod { get; private set; } = null!;

    public string Kubeconfig => Path.Combine(folder, "kubeconfig");

    public string Config => Path.Combine(folder, "config");

    public string RootFile => Path.Combine(folder, "root-cert.pem");

    public string Folder => folder;

    public static DnsEndPoint IstiodAddress { get; } = new("127.0.0.1", IstiodPort);

    public static async Task<AgentRig> StartAsync()
    {
        var rig = new AgentRig();
        try
        {
            await rig.PrepareAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine that does not run yet.</summary>
    public Machine Machine(string name, string address, RegistrationWay way) => new(name, address, folder, agent, [
        .. Agent(name, address, Account, way), "--labels", "app=legacy-billing", "--workload-group", $"{RigResources.Namespace}/{RigResources.Group}",
        "--register", way switch
        {
            RegistrationWay.Kubernetes => $"kube:{Kubeconfig}",
            RegistrationWay.File => $"file:{Config}",
            _ => $"istiod:{IstiodAddress.Host}:{IstiodAddress.Port}",
        },
    ]);

    /// <summary>A workload that only calls: nobody registers it.</summary>
    public Machine Caller() => new("caller", RigResources.Caller, folder, agent, [
        .. Agent("caller", RigResources.Caller, "caller", RegistrationWay.Kubernetes), "--labels", "app=caller",
        "--outbound", string.Create(CultureInfo.InvariantCulture, $"{RigResources.Caller}:{RigResources.OutboundPort}"),
    ]);

    /// <summary>True once the entry of that machine is there and healthy.</summary>
    public bool IsRegistered(Machine machine, RegistrationWay way) => way switch
    {
        RegistrationWay.Istiod => Istiod.IsHealthy(machine.Address),
        RegistrationWay.File => FileEntry(machine.Address) is { } text && text.Contains("status: \"True\"", StringComparison.Ordinal),
        _ => KubeEntry(machine.Address) is { } entry && IsHealthy(entry),
    };

    /// <summary>True while there is an entry of that machine, however it is.</summary>
    public bool HasEntry(Machine machine, RegistrationWay way) => way switch
    {
        RegistrationWay.Istiod => Istiod.IsHealthy(machine.Address),
        RegistrationWay.File => FileEntry(machine.Address) is not null,
        _ => KubeEntry(machine.Address) is not null,
    };

    /// <summary>The gateways of both networks; that of the machines' looks after them.</summary>
    public async Task StartGatewaysAsync()
    {
        gateways.Add(Gateway("gateway-cloud", RigResources.CloudNetwork, RigResources.CloudGateway, "--role", "edge", "--listen-address", RigResources.CloudGateway));
        gateways.Add(Gateway("gateway-machines", RigResources.MachinesNetwork, RigResources.MachinesGateway, "--collect-registrations", $"kube:{Kubeconfig}"));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var (gateway, address) in gateways.Zip([RigResources.CloudGateway, RigResources.MachinesGateway]))
            await Until.TrueAsync(() => Http.IsOkAsync(http, new Uri($"http://{address}:15021/healthz/ready")), "a gateway is ready", gateway);
    }

    /// <summary>The certificate of a workload.</summary>
    public WorkloadCertificate Issue(string account)
    {
        var (chain, key) = IssuePem(account);
        return WorkloadCertificates.FromPem(string.Concat(chain), key, chain[^1]);
    }

    /// <returns>File with certificate and key of a workload.</returns>
    public string WriteIdentity(string account)
    {
        var (chain, key) = IssuePem(account);
        var file = Path.Combine(folder, account + ".pem");
        File.WriteAllText(file, $"{string.Concat(chain)}\n{key}\n");
        return file;
    }

    /// <summary>The API server, istiod and its CA are gone from one moment to the next; what the API server stores is not.</summary>
    public async Task StopControlPlaneAsync()
    {
        Kube.Faults.RefuseConnections = true;
        Kube.Faults.BreakConnections();
        if (ca is not null) await ca.DisposeAsync();
        ca = null;
    }

    public async Task StartControlPlaneAsync()
    {
        Kube.Faults.RefuseConnections = false;
        await StartAuthorityAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in gateways) await gateway.DisposeAsync();
        if (Istiod is not null) await Istiod.DisposeAsync();
        if (ca is not null) await ca.DisposeAsync();
        if (Kube is not null) await Kube.DisposeAsync();
        if (apps is not null) await apps.DisposeAsync();
        authority?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>True for a WorkloadEntry whose condition says that it is healthy.</summary>
    public static bool IsHealthy(JsonObject entry) =>
        entry["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => condition?["type"]?.GetValue<string>() == "Healthy" && condition["status"]?.GetValue<string>() == "True");

    private JsonObject? KubeEntry(string address) => Kube.List("networking.istio.io/v1", "WorkloadEntry", RigResources.Namespace)
        .FirstOrDefault(entry => entry["spec"]?["address"]?.GetValue<string>() == address);

    private string? FileEntry(string address)
    {
        foreach (var file in Directory.EnumerateFiles(Config, "workloadentry-*.yaml"))
        {
            try
            {
                if (File.ReadAllText(file) is var text && text.Contains(address, StringComparison.Ordinal)) return text;
            }
            catch (FileNotFoundException)
            {
                // Removed or replaced meanwhile.
            }
        }

        return null;
    }

    private (IReadOnlyList<string> Chain, string Key) IssuePem(string account)
    {
        var id = new SpiffeId("cluster.local", RigResources.Namespace, account);
        var request = CertificateSigningRequest.Create(id, WorkloadKeyKind.EcdsaP256);
        return (authority.Issue(request.Pem, [id.ToString()], (long)TimeSpan.FromHours(12).TotalSeconds), request.KeyPem);
    }

    private async Task PrepareAsync()
    {
        var authorityFolder = Path.Combine(folder, AuthorityFolder);
        Directory.CreateDirectory(authorityFolder);
        authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            authorityFolder, "cluster.local", new CaLimits(), TimeProvider.System, CancellationToken.None);
        await File.WriteAllTextAsync(RootFile, authority.RootsPem);
        foreach (var account in Accounts)
        {
            var file = TokenOf(account);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        }

        Directory.CreateDirectory(Config);
        await File.WriteAllTextAsync(Path.Combine(Config, "mesh.yaml"), RigResources.Yaml);
        Kube = await FakeKubeServer.StartAsync();
        Kube.Apply(RigResources.Yaml);
        await File.WriteAllTextAsync(Kubeconfig, Kube.Kubeconfig());
        await StartAuthorityAsync();
        Istiod = await IstiodStandIn.StartAsync(authority, new IPEndPoint(IPAddress.Loopback, IstiodPort));
        apps = await MachineApps.StartAsync();
    }

    private async Task StartAuthorityAsync()
    {
        var options = new CaServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, AuthorityPort), TokenFolder = Path.Combine(folder, "tokens") };
        ca = await CaServer.StartAsync(authority, options, TimeProvider.System, logging => logging.ClearProviders(), CancellationToken.None);
    }

    private string TokenOf(string account) => Path.Combine(folder, "tokens", account);

    private IEnumerable<string> Agent(string name, string address, string account, RegistrationWay way) =>
    [
        "--name", name, "--cluster", RigResources.Cluster, "--network", RigResources.MachinesNetwork, "--locality", "us-east-1/us-east-1c",
        "--namespace", RigResources.Namespace, "--service-account", account, "--workload-address", address, "--app-address", address,
        "--admin", $"{address}:15000", "--log-level", "warning",
        .. Common($"{RigResources.Namespace}/{account}", way == RegistrationWay.Kubernetes ? $"kube:{Kubeconfig}" : $"file:{Config}"),
    ];

    private BenchProcess Gateway(string name, string network, string address, params string[] more)
    {
        var program = Environment.GetEnvironmentVariable(MeshGatewayProxy.ProgramVariable)
            ?? throw new InvalidOperationException($"{MeshGatewayProxy.ProgramVariable} does not name the program; run ./mesh bench");
        return BenchProcess.Start(Path.Combine(folder, name + ".log"), program, [
            "--name", name, "--role", "east-west", "--cluster", RigResources.Cluster, "--network", network, "--locality", "us-east-1/us-east-1a",
            "--namespace", "istio-system", "--workload-address", address, "--admin", $"{address}:15000", "--log-level", "warning",
            .. Common($"istio-system/{GatewayAccount}", $"kube:{Kubeconfig}"), .. more,
        ]);
    }

    private IEnumerable<string> Common(string account, string source) =>
    [
        "--source", $"{source}@{RigResources.Cluster}", "--identity", string.Create(CultureInfo.InvariantCulture, $"ca:127.0.0.1:{AuthorityPort}"),
        "--ca-root", RootFile, "--ca-token", TokenOf(account),
    ];
}
