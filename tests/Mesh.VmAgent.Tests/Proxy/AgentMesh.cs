using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.AccessLogs;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Microsoft.Extensions.Logging;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>
/// A mesh of agents in this process: a folder of configuration, a CA, and agents that read the one and have certificates of
/// the other. The service <c>echo.prod</c> has the ports http 9080, grpc 9090 and tcp 9100.
/// </summary>
internal sealed class AgentMesh : IAsyncDisposable
{
    public const string Host = "echo.prod.svc.cluster.local";
    public const int HttpPort = 9080;
    public const int GrpcPort = 9090;
    public const int TcpPort = 9100;

    private readonly TemporaryFolder folder = new();
    private readonly List<AgentHost> agents = [];
    private readonly CertificateAuthority authority;

    private AgentMesh(CertificateAuthority authority) => this.authority = authority;

    public CertificateAuthority Authority => authority;

    public string ConfigFolder => folder["config"];

    public string Root => folder["root-cert.pem"];

    public static async Task<AgentMesh> CreateAsync()
    {
        var scratch = Directory.CreateTempSubdirectory("mesh-agent-ca-").FullName;
        var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            scratch, "cluster.local", new CaLimits(), TimeProvider.System, TestContext.Current.CancellationToken);
        Directory.Delete(scratch, recursive: true);
        var mesh = new AgentMesh(authority);
        Directory.CreateDirectory(mesh.ConfigFolder);
        await File.WriteAllTextAsync(mesh.Root, authority.RootsPem, TestContext.Current.CancellationToken);
        mesh.Configure("services.yaml", Services);
        mesh.Configure("policy.yaml", Policy("STRICT"));
        return mesh;
    }

    public static string Policy(string mode) => $$"""
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec:
          mtls: {mode: {{mode}}}
        """;

    public void Configure(string name, string yaml) => File.WriteAllText(Path.Combine(ConfigFolder, name), yaml);

    /// <summary>The group of echo's machines, whose application answers on the given ports.</summary>
    public void ConfigureEchoGroup(int http, int grpc = 1, int tcp = 1, string probe = "") => Configure("group.yaml", $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: echo, namespace: prod}
        spec:
          metadata:
            labels: {app: echo}
          template:
            serviceAccount: echo
            ports: {http: {{http}}, grpc: {{grpc}}, tcp: {{tcp}}}
          {{probe}}
        """);

    /// <summary>An identity folder as files: DIR wants it.</summary>
    public string IdentityFolder(string account, TimeSpan? ttl = null, CertificateAuthority? issuer = null)
    {
        var path = folder[$"identity-{account}-{Guid.NewGuid():N}"];
        Directory.CreateDirectory(path);
        var id = new SpiffeId("cluster.local", "prod", account);
        var request = CertificateSigningRequest.Create(id, WorkloadKeyKind.EcdsaP256);
        var chain = (issuer ?? authority).Issue(request.Pem, [id.ToString()], (long)(ttl ?? TimeSpan.FromHours(1)).TotalSeconds);
        File.WriteAllText(Path.Combine(path, FileWorkloadIdentity.ChainFile), string.Concat(chain));
        File.WriteAllText(Path.Combine(path, FileWorkloadIdentity.KeyFile), request.KeyPem);
        File.WriteAllText(Path.Combine(path, FileWorkloadIdentity.RootFile), chain[^1]);
        return path;
    }

    /// <summary>Settings of an agent that would start; nothing registers unless the test asks for it.</summary>
    public AgentSettings Settings(string account) => new()
    {
        Name = $"agent-{account}",
        AccessLog = folder[$"{account}.log"],
        LogLevel = LogLevel.None,
        Admin = new IPEndPoint(IPAddress.Loopback, FreePort.Next()),
        Cluster = "c1",
        Network = "n1",
        Locality = Locality.Parse("r1/z1"),
        Namespace = "prod",
        ServiceAccount = account,
        Labels = ImmutableSortedDictionary<string, string>.Empty.Add("app", account),
        Sources = [new SourceSpec(ConfigFolder, "c1")],
        Identity = new IdentitySpec(null, IdentityFolder(account)),
        WorkloadAddress = IPAddress.Loopback,
        AppAddress = IPAddress.Loopback,
        InboundPort = FreePort.Next(),
        HealthPort = FreePort.Next(),
        Outbound = new IPEndPoint(IPAddress.Loopback, FreePort.Next()),
        DrainTimeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Settings of an agent that registers under the group of echo.</summary>
    public AgentSettings EchoSettings() => Settings("echo") with
    {
        WorkloadGroup = new WorkloadGroupName("prod", "echo"),
        Register = new RegistrationSpec(new RegistrySpec(ConfigFolder)),
    };

    public async Task<AgentHost> StartAsync(AgentSettings settings, bool waitReady = true)
    {
        var agent = AgentHost.Build(settings);
        agents.Add(agent);
        await agent.StartAsync(TestContext.Current.CancellationToken);
        if (waitReady)
            await Eventually.HoldsAsync(() => agent.Readiness.IsReady, $"{settings.Name} is ready");
        return agent;
    }

    /// <summary>Before the test ends.</summary>
    public async Task EndAsync(AgentHost agent)
    {
        agents.Remove(agent);
        await agent.DisposeAsync();
    }

    /// <summary>Starts echo's agent and a caller's, and waits until the caller sees echo.</summary>
    public async Task<(AgentSettings Echo, AgentSettings Caller)> StartPairAsync(Func<AgentSettings, AgentSettings>? caller = null)
    {
        var echo = EchoSettings();
        await StartAsync(echo);
        var calling = Settings("caller");
        if (caller is not null) calling = caller(calling);
        var agent = await StartAsync(calling);
        await Eventually.HoldsAsync(
            () => Entry()?.Contains("127.0.0.1", StringComparison.Ordinal) == true && agent.Status.Configuration.Services >= 3,
            "echo is registered");
        return (echo, calling);
    }

    /// <summary>The one WorkloadEntry file; null when there is none.</summary>
    public string? Entry()
    {
        var file = Directory.GetFiles(ConfigFolder, "workloadentry-*.yaml").SingleOrDefault();
        try
        {
            return file is null ? null : File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public IReadOnlyList<AccessLogEntry> Log(AgentSettings settings)
    {
        if (!File.Exists(settings.AccessLog)) return [];
        using var file = new StreamReader(new FileStream(settings.AccessLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.EndsWith('}')).Select(line => AccessLogJson.Read(line)!)];
    }

    public async Task<AccessLogEntry> LogLineAsync(AgentSettings settings, Func<AccessLogEntry, bool> which, string what)
    {
        AccessLogEntry? found = null;
        await Eventually.HoldsAsync(() => (found = Log(settings).FirstOrDefault(which)) is not null, $"{settings.Name} logs {what}");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in agents) await agent.DisposeAsync();
        authority.Dispose();
        folder.Dispose();
    }

    private const string Services = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: echo, namespace: prod}
        spec:
          hosts: [echo.prod.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: STATIC
          ports:
          - {number: 9080, name: http, protocol: HTTP}
          - {number: 9090, name: grpc, protocol: GRPC}
          - {number: 9100, name: tcp, protocol: TCP}
          workloadSelector:
            labels: {app: echo}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: other, namespace: prod}
        spec:
          selector: {app: other}
          ports:
          - {name: http, port: 80}
        """;
}
