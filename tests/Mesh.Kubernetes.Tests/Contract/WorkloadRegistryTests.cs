using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Registration;
using Mesh.Kubernetes.Tests.Support;
using Mesh.Kubernetes.Tests.Support.Clusters;

namespace Mesh.Kubernetes.Tests.Contract;

/// <summary>Registrations of machines in an API server, with the rights of manifests/rbac/registration.yaml.</summary>
public sealed class WorkloadRegistryTests(ClusterUnderTest clusters) : IAsyncLifetime
{
    private readonly string _space = "t" + Guid.NewGuid().ToString("N")[..8];
    private ITestCluster _cluster = null!;
    private KubeWorkloadRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await clusters.OpenAsync();
        await _cluster.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "manifests", "rbac", "registration.yaml"), Token));
        var machine = await _cluster.AddUserAsync("machine");
        await _cluster.ApplyAsync($$$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: machines, namespace: {{{_space}}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mesh-registration}
            subjects: [{kind: User, name: "{{{machine.Name}}}", apiGroup: rbac.authorization.k8s.io}]
            """);
        _registry = new KubeWorkloadRegistry(_cluster.Access(machine.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _registry.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task What_was_put_is_found_as_it_was_put_and_goes_with_all_it_had()
    {
        var healthy = Entry("10.0.0.9", "agent-1", "True");
        await _registry.PutAsync(healthy, Token);
        Assert.Equal(MeshYaml.Write(healthy), MeshYaml.Write(Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token))));

        var changed = Entry("10.0.0.8", "agent-1", null);
        await _registry.PutAsync(changed, Token);
        var there = Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token));
        Assert.Equal("10.0.0.8", there.Spec.Address);
        Assert.Empty(there.Status?.Conditions ?? []);

        Assert.True(await _registry.DeleteAsync(_space, "vm", Token));
        Assert.False(await _registry.DeleteAsync(_space, "vm", Token));
        Assert.Null(await _registry.FindAsync(_space, "vm", Token));
    }

    [Fact]
    public async Task A_name_that_another_agent_keeps_is_not_given_away()
    {
        Assert.NotNull(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);

        Assert.Null(await _registry.TryClaimAsync(_space, "vm", "agent-2", Token));
        Assert.NotNull(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
    }

    [Fact]
    public async Task A_claim_is_a_lease_that_gateways_see_and_that_goes_with_it_unless_the_entry_is_left()
    {
        await _cluster.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "manifests", "rbac", "gateway.yaml"), Token));
        var gateway = await _cluster.AddUserAsync("gateway");
        await _cluster.ApplyAsync($$$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: gateway-{{{_space}}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mesh-gateway}
            subjects: [{kind: User, name: "{{{gateway.Name}}}", apiGroup: rbac.authorization.k8s.io}]
            """);
        using var leases = new MachineLeases(_cluster.Access(gateway.Token));
        var claim = Assert.IsType<IAsyncDisposable>(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token), exactMatch: false);
        var first = Assert.Single(await OwnAsync(leases));
        Assert.Equal((_space, "vm", "agent-1", TimeSpan.FromSeconds(40)), (first.Namespace, first.Name, first.Holder, first.Duration));
        await claim.DisposeAsync();
        Assert.Empty(await OwnAsync(leases));

        claim = Assert.IsType<IAsyncDisposable>(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token), exactMatch: false);
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        await claim.DisposeAsync();
        var left = Assert.Single(await OwnAsync(leases));
        Assert.NotEqual(first.Version, left.Version);
        await leases.DeleteAsync(left, Token);
        Assert.Empty(await OwnAsync(leases));
    }

    [Fact]
    public async Task A_user_without_the_role_is_told_which_manifest_has_it()
    {
        using var stranger = new KubeWorkloadRegistry(_cluster.Access((await _cluster.AddUserAsync("stranger")).Token));

        var refusal = await Assert.ThrowsAsync<IOException>(() => stranger.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token));

        Assert.Contains("manifests/rbac/registration.yaml", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await _registry.FindAsync(_space, "vm", Token));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_an_error_of_the_place_and_not_of_the_entry()
    {
        await _cluster.StopAsync();

        await Assert.ThrowsAsync<IOException>(() => _registry.FindAsync(_space, "vm", Token));
        await Assert.ThrowsAsync<IOException>(() => _registry.DeleteAsync(_space, "vm", Token));
    }

    /// <summary>Those of this test: others may use the same server.</summary>
    private async Task<IEnumerable<MachineLease>> OwnAsync(MachineLeases leases) =>
        (await leases.ListAsync(Token)).Where(lease => lease.Namespace == _space);

    private WorkloadEntry Entry(string address, string agent, string? healthy)
    {
        var entry = (WorkloadEntry)MeshYaml.Read($$$$"""
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: vm, namespace: {{{{_space}}}}, annotations: {istio.io/workloadController: {{{{agent}}}} }}
            spec: {address: {{{{address}}}}, serviceAccount: vm, ports: {http: 8080}}
            """, "test").Objects.Single();
        return healthy is null ? entry : entry with { Status = new IstioStatus { Conditions = [Condition(healthy)] } };
    }

    private static IstioCondition Condition(string status) => new()
    {
        Type = "Healthy",
        Status = status,
        LastProbeTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
    };
}
