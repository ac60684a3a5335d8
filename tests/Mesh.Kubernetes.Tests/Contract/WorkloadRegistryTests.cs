using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Kubernetes.Api;
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
    private TestUser _machine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await clusters.OpenAsync();
        await _cluster.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "manifests", "rbac", "registration.yaml"), Token));
        _machine = await _cluster.AddUserAsync("machine");
        await BindAsync(_machine, "mesh-registration");
        _registry = new KubeWorkloadRegistry(_cluster.Access(_machine.Token));
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
        Assert.Equal(MeshYaml.Write(healthy), Text(Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token))));

        var changed = Entry("10.0.0.8", "agent-1", null);
        await _registry.PutAsync(changed, Token);
        var there = Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token));
        Assert.Equal("10.0.0.8", there.Spec.Address);
        Assert.Empty(there.Status?.Conditions ?? []);

        Assert.True(await _registry.DeleteAsync(there, Token));
        Assert.False(await _registry.DeleteAsync(there, Token));
        Assert.Null(await _registry.FindAsync(_space, "vm", Token));
    }

    [Fact]
    public async Task What_was_written_since_is_neither_replaced_nor_deleted()
    {
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        var seen = Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token));
        await _registry.PutAsync(Entry("10.0.0.8", "agent-1", "True"), Token);

        Assert.Null(await _registry.PutAsync(seen with { Spec = seen.Spec with { Weight = 7 } }, Token));
        Assert.False(await _registry.DeleteAsync(seen, Token));

        var there = Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token));
        Assert.Equal(("10.0.0.8", 0u), (there.Spec.Address, there.Spec.Weight));
        Assert.NotNull(await _registry.PutAsync(there with { Spec = there.Spec with { Weight = 7 } }, Token));
        Assert.Equal(7u, (await _registry.FindAsync(_space, "vm", Token))?.Spec.Weight);
    }

    [Fact]
    public async Task What_is_gone_is_not_made_again_by_who_only_changes_it()
    {
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        var seen = Assert.IsType<WorkloadEntry>(await _registry.FindAsync(_space, "vm", Token));
        Assert.True(await _registry.DeleteAsync(seen, Token));

        Assert.Null(await _registry.PutAsync(seen, Token));
        Assert.Null(await _registry.FindAsync(_space, "vm", Token));
    }

    [Fact]
    public async Task A_name_that_another_agent_has_is_not_given_away_before_the_entry_is_written_either()
    {
        await using var first = Claim(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        Assert.Null(await _registry.TryClaimAsync(_space, "vm", "agent-2", Token));
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);

        Assert.Null(await _registry.TryClaimAsync(_space, "vm", "agent-2", Token));
        Assert.True(first.IsHeld);
    }

    [Fact]
    public async Task The_next_process_of_a_machine_goes_on_with_its_lease_and_the_former_leaves_it_alone()
    {
        var former = Claim(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        await using var next = Claim(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        await former.DisposeAsync();

        using var collector = await CollectorAsync();
        Assert.Equal("agent-1", Assert.Single(await collector.Leases.ListAsync(_space, Token)).Holder);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_any_more_is_taken_over_once_it_has_run_out()
    {
        using var dead = new KubeWorkloadRegistry(_cluster.Access(_machine.Token), leaseDuration: TimeSpan.FromSeconds(2));
        using var next = new KubeWorkloadRegistry(_cluster.Access(_machine.Token), leaseDuration: TimeSpan.FromSeconds(2));
        var abandoned = new KubeLeaseStore(_cluster.Access(_machine.Token), _space, "vm");
        await abandoned.WriteAsync(new LeaseRecord("agent-1", TimeSpan.FromSeconds(2), null, null, 0, ""), Token);
        await dead.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);

        IRegistrationClaim? claim = null;
        await Eventually.HoldsAsync(async () => (claim = await next.TryClaimAsync(_space, "vm", "agent-2", Token)) is not null, "the Lease is taken over");
        await using var held = Claim(claim);
        Assert.Equal("agent-2", (await abandoned.ReadAsync(Token))?.Holder);
        abandoned.Dispose();
    }

    [Fact]
    public async Task An_entry_that_istiod_keeps_is_nobody_elses_to_claim()
    {
        await _registry.PutAsync(Entry("10.0.0.9", "istiod-7f", "True"), Token);

        Assert.Null(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
    }

    [Fact]
    public async Task A_claim_is_a_lease_that_gateways_see_and_that_goes_with_it_unless_the_entry_is_left()
    {
        using var collector = await CollectorAsync();
        var leases = collector.Leases;
        var claim = Claim(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        var first = Assert.Single(await leases.ListAsync(_space, Token));
        Assert.Equal((_space, "vm", "agent-1", TimeSpan.FromSeconds(40)), (first.Namespace, first.Name, first.Holder, first.Duration));
        await claim.DisposeAsync();
        Assert.Empty(await leases.ListAsync(_space, Token));

        claim = Claim(await _registry.TryClaimAsync(_space, "vm", "agent-1", Token));
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        await claim.DisposeAsync();
        var left = Assert.Single(await leases.ListAsync(_space, Token));
        Assert.False(await leases.DeleteAsync(first, Token));
        Assert.True(await leases.DeleteAsync(left, Token));
        Assert.True(await leases.DeleteAsync(left, Token));
        Assert.Empty(await leases.ListAsync(_space, Token));
    }

    [Fact]
    public async Task A_gateway_marks_and_deletes_entries_with_the_rights_of_the_collector_and_only_where_it_has_them()
    {
        using var collector = await CollectorAsync();
        await _registry.PutAsync(Entry("10.0.0.9", "agent-1", "True"), Token);
        var there = Assert.IsType<WorkloadEntry>(await collector.Registry.FindAsync(_space, "vm", Token));
        var marked = await collector.Registry.PutAsync(there with { Status = new IstioStatus { Conditions = [Condition("False")] } }, Token);
        Assert.True(await collector.Registry.DeleteAsync(Assert.IsType<WorkloadEntry>(marked), Token));

        var refusal = await Assert.ThrowsAsync<IOException>(() => collector.Leases.ListAsync("kube-system", Token));
        Assert.Contains("mesh-collector", refusal.Message, StringComparison.Ordinal);
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
        await Assert.ThrowsAsync<IOException>(() => _registry.DeleteAsync(Entry("10.0.0.9", "agent-1", null), Token));
    }

    private static string Text(WorkloadEntry entry) =>
        MeshYaml.Write(entry with { Metadata = entry.Metadata with { ResourceVersion = "", Uid = "" } });

    private static IRegistrationClaim Claim(IRegistrationClaim? claim) => Assert.IsType<IRegistrationClaim>(claim, exactMatch: false);

    /// <summary>A gateway that collects in the namespace of this test.</summary>
    private async Task<TestCollector> CollectorAsync()
    {
        await _cluster.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "manifests", "rbac", "collector.yaml"), Token));
        var gateway = await _cluster.AddUserAsync("gateway");
        await BindAsync(gateway, "mesh-collector");
        return new TestCollector(new KubeClient(_cluster.Access(gateway.Token)));
    }

    private Task BindAsync(TestUser user, string role) => _cluster.ApplyAsync($$$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: {{{role}}}, namespace: {{{_space}}}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{{role}}}}
        subjects: [{kind: User, name: "{{{user.Name}}}", apiGroup: rbac.authorization.k8s.io}]
        """);

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

    private sealed class TestCollector(KubeClient client) : IDisposable
    {
        public MachineLeases Leases { get; } = new(client);

        public KubeWorkloadRegistry Registry { get; } = new(client);

        public void Dispose() => client.Dispose();
    }
}
