using System.Net;
using Mesh.FakeKube;
using Mesh.Istiod.Ca;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Cli;
using Mesh.VmAgent.Tests.Bundle;
using Microsoft.Extensions.Logging;

namespace Mesh.VmAgent.Tests.Joining;

/// <summary>A machine that has nothing but its AWS role and one small file without a secret.</summary>
public sealed class AwsRoleTests(AwsMachine machine) : IClassFixture<AwsMachine>, IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private CertificateAuthority authority = null!;
    private FakeKubeServer kube = null!;
    private CaServer ca = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        machine.Role = "vm-role";
        authority = await CertificateAuthorityFolder.LoadOrCreateAsync(folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token);
        kube = await FakeKubeServer.StartAsync(cancellation: Token);
        kube.MapAwsKey(AwsMachine.KeyId, "vm-role", ["mesh-machines"]);
        foreach (var name in new[] { "gateway", "registration", "vm-token" })
            kube.Apply(await File.ReadAllTextAsync(Path.Combine(TestFolders.Repository, "manifests", "rbac", $"{name}.yaml"), Token));
        kube.Apply(Objects);
        ca = await CaServer.StartAsync(
            authority,
            new CaServerOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                TokenFolder = folder["tokens"],
                Authenticators = [new ReviewedTokens(kube)],
            },
            TimeProvider.System, logging => logging.ClearProviders(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await ca.DisposeAsync();
        await kube.DisposeAsync();
        authority.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_machine_joins_by_its_role_and_no_token_is_ever_written()
    {
        WriteAgentFile();
        var settings = ReadSettings.From(folder.Path, new Dictionary<string, string>(), "--bundle", folder["etc"]);
        await using var agent = AgentHost.Build(settings);
        await agent.StartAsync(Token);

        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, $"ready; {string.Join("; ", agent.Readiness.Missing)}");
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/legacy-billing", agent.Status.Identity.Spiffe);
        Assert.NotNull(kube.Get("networking.istio.io/v1", "WorkloadEntry", "prod", EntryName(agent)));
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("eyJ", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);

        var (exitCode, output) = await CheckAsync();
        Assert.True(exitCode == 0, output);
        Assert.Contains("gives one of prod/legacy-billing until ", output, StringComparison.Ordinal);
        await agent.StopAsync(Token);
    }

    [Theory]
    [InlineData("no role", "this instance has no role; attach an instance profile")]
    [InlineData("not mapped", "aws eks create-access-entry")]
    [InlineData("not bound", "apply manifests/rbac/vm-token.yaml and bind it in namespace prod")]
    [InlineData("no account", "kubectl create serviceaccount legacy-billing -n prod")]
    public async Task What_a_role_lacks_is_named_with_its_remedy(string lack, string remedy)
    {
        const string rbac = "rbac.authorization.k8s.io/v1";
        if (lack == "no role") machine.Role = null;
        if (lack == "not mapped") kube.MapAwsKey(AwsMachine.KeyId, null);
        if (lack == "not bound") Assert.True(kube.Delete(rbac, "RoleBinding", "prod", "mesh-vm-token"));
        if (lack == "no account") Assert.True(kube.Delete("v1", "ServiceAccount", "prod", "legacy-billing"));
        WriteAgentFile($"file:{folder["config"]}");

        var (exitCode, output) = await CheckAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains(remedy, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_whose_role_is_not_known_yet_says_so_and_joins_once_it_is()
    {
        kube.MapAwsKey(AwsMachine.KeyId, null);
        WriteAgentFile($"file:{folder["config"]}");
        var settings = ReadSettings.From(folder.Path, new Dictionary<string, string>(), "--bundle", folder["etc"]);
        await using var agent = AgentHost.Build(settings);
        await agent.StartAsync(Token);
        await Eventually.HoldsAsync(
            () => agent.Status.Identity.Problem?.Contains("aws eks create-access-entry", StringComparison.Ordinal) == true, "the missing access entry is named");

        kube.MapAwsKey(AwsMachine.KeyId, "vm-role", ["mesh-machines"]);
        await Eventually.HoldsAsync(() => agent.Readiness.IsReady, "joined");
        await agent.StopAsync(Token);
    }

    private static string EntryName(AgentHost agent) => agent.Status.Registration!.Entry.Split('/')[1];

    private void WriteAgentFile(string? config = null)
    {
        if (config is not null) SampleBundle.Place(folder.Path, "config/mesh.yaml", MeshObjects);
        SampleBundle.Place(folder.Path, "etc/agent.yaml", $"""
            cluster: c1
            network: n1
            namespace: prod
            service-account: legacy-billing
            workload-address: 127.0.0.1
            identity: ca:127.0.0.1:{ca.EndPoint.Port}
            ca-root: |
            {Indented(authority.RootsPem)}
            api-server: {kube.Url}
            api-server-ca: |
            {Indented(kube.CaPem)}
            eks-cluster: payments
            source: {config ?? "kube:api-server"}@c1
            workload-group: prod/legacy-billing
            register: {config ?? "kube:api-server"}
            state: {folder["state"]}
            admin: 127.0.0.1:{FreePort.Next()}
            inbound-port: {FreePort.Next()}
            health-port: {FreePort.Next()}
            metrics-port: 0
            log-level: none
            """);
    }

    private static string Indented(string text) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => "  " + line));

    private async Task<(int ExitCode, string Output)> CheckAsync()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await AgentVerbs.RunAsync(["check", "--bundle", folder["etc"]], output, error, Token);
        return (exitCode, output.ToString() + error);
    }

    private const string MeshObjects = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec:
          mtls: {mode: STRICT}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: legacy-billing, namespace: prod}
        spec:
          metadata:
            labels: {app: legacy-billing}
          template:
            serviceAccount: legacy-billing
            ports: {http: 9080}
        """;

    private const string Objects = MeshObjects + "\n" + """
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: legacy-billing, namespace: prod}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: mesh-vm-token, namespace: prod}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mesh-vm-token}
        subjects: [{kind: Group, name: mesh-machines, apiGroup: rbac.authorization.k8s.io}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: mesh-registration, namespace: prod}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mesh-registration}
        subjects: [{kind: Group, name: mesh-machines, apiGroup: rbac.authorization.k8s.io}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: machines-read}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mesh-gateway}
        subjects: [{kind: Group, name: mesh-machines, apiGroup: rbac.authorization.k8s.io}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: machines-read, namespace: istio-system}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: mesh-gateway}
        subjects: [{kind: Group, name: mesh-machines, apiGroup: rbac.authorization.k8s.io}]
        """;
}
