using System.Text.Json.Nodes;
using Mesh.FakeKube;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>An API server with the group of echo's machines, and gateways and agents as processes that have just the rights of the manifests.</summary>
internal sealed class MachineCluster : IAsyncDisposable
{
    private const string LeaseDuration = "4s";

    private static readonly string Agent = TestFolders.Program("vm-agent/Mesh.VmAgent", "mesh-agent");
    private static readonly string Gateway = TestFolders.Program("gateway/Mesh.Gateway", "mesh-gateway");

    private readonly AgentMesh mesh;
    private readonly TemporaryFolder folder = new();
    private readonly List<RunningProgram> programs = [];

    private MachineCluster(AgentMesh mesh, FakeKubeServer server) => (this.mesh, Server) = (mesh, server);

    public FakeKubeServer Server { get; }

    public static async Task<MachineCluster> StartAsync()
    {
        var cluster = new MachineCluster(await AgentMesh.CreateAsync(), await FakeKubeServer.StartAsync(cancellation: TestContext.Current.CancellationToken));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(TestFolders.Repository, "manifests", "rbac"), "*.yaml"))
            cluster.Server.Apply(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        cluster.Server.Apply(Group);
        foreach (var (user, role) in new[] { ("machine", "mesh-registration"), ("gateway", "mesh-collector") })
        {
            cluster.Server.Apply(Binding("ClusterRoleBinding", "", $"{user}-reads", "ClusterRole", "mesh-gateway", user));
            cluster.Server.Apply(Binding("RoleBinding", "prod", user, "ClusterRole", role, user));
            cluster.Server.Apply(Binding("RoleBinding", "istio-system", user, "Role", "mesh-gateway", user));
            await File.WriteAllTextAsync(
                cluster.folder[user], cluster.Server.Kubeconfig(cluster.Server.AddUser(user)), TestContext.Current.CancellationToken);
        }

        return cluster;
    }

    /// <summary>A machine with an address of its own.</summary>
    public RunningProgram StartAgent(int machine) => Start(Agent,
    [
        "--name", $"agent-{machine}", "--cluster", "c1", "--network", "n1", "--namespace", "prod", "--service-account", "echo",
        "--source", $"kube:{folder["machine"]}@c1", "--identity", $"files:{mesh.IdentityFolder("echo")}",
        "--workload-address", Address(machine), "--inbound-port", $"{FreePort.Next()}", "--health-port", $"{FreePort.Next()}", "--metrics-port", "0",
        "--admin", $"127.0.0.1:{FreePort.Next()}", "--workload-group", "prod/echo", "--register", $"kube:{folder["machine"]}",
        "--instance-id", $"i-{machine}", "--lease-duration", LeaseDuration, "--log-level", "warning",
    ]);

    /// <returns>The gateway, and where its admin pages are.</returns>
    public (RunningProgram Program, Uri Admin) StartGateway(string name)
    {
        var admin = FreePort.Next();
        var program = Start(Gateway,
        [
            "--name", name, "--role", "east-west", "--cluster", "c1", "--network", "n1", "--namespace", "istio-system",
            "--source", $"kube:{folder["gateway"]}@c1", "--identity", $"files:{mesh.IdentityFolder("gateway")}",
            "--workload-address", "127.0.0.1", "--health-port", $"{FreePort.Next()}", "--metrics-port", "0", "--admin", $"127.0.0.1:{admin}",
            "--collect-registrations", $"kube:{folder["gateway"]}", "--log-level", "warning",
        ]);
        return (program, new Uri($"http://127.0.0.1:{admin}/"));
    }

    public static string Address(int machine) => $"127.0.0.{100 + machine}";

    public static string EntryName(int machine) => $"echo-{Address(machine)}-n1-i-{machine}";

    /// <summary>Also while the server does not answer.</summary>
    public JsonObject? Entry(int machine) => Server.Get("networking.istio.io/v1", "WorkloadEntry", "prod", EntryName(machine));

    public JsonObject? Lease(int machine) => Server.Get("coordination.k8s.io/v1", "Lease", "prod", EntryName(machine));

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs) await program.DisposeAsync();
        await Server.DisposeAsync();
        await mesh.DisposeAsync();
        folder.Dispose();
    }

    private static string Binding(string kind, string space, string name, string roleKind, string role, string user) => $$$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: {{{kind}}}
        metadata: {name: {{{name}}}{{{(space.Length > 0 ? ", namespace: " + space : "")}}}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: {{{roleKind}}}, name: {{{role}}}}
        subjects: [{kind: User, name: {{{user}}}, apiGroup: rbac.authorization.k8s.io}]
        """;

    private RunningProgram Start(string path, IEnumerable<string> arguments)
    {
        var program = RunningProgram.Start(path, arguments);
        programs.Add(program);
        return program;
    }

    private const string Group = """
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: echo, namespace: prod}
        spec:
          metadata:
            labels: {app: echo}
          template:
            serviceAccount: echo
            ports: {http: 1}
        """;
}
