using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.FakeKube;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Sources;
using Mesh.Kubernetes.Tests.Support;
using Mesh.Kubernetes.Tests.Support.Clusters;
using Mesh.Kubernetes.Writing;

namespace Mesh.Kubernetes.Tests.Contract;

/// <summary>Over TLS, against an API server that answers as a real one, or is one.</summary>
public sealed class ApiServerTests(ClusterUnderTest clusters) : IAsyncLifetime
{
    private static readonly KubeSourceOptions _options = new() { MinBackoff = TimeSpan.FromMilliseconds(20), PageSize = 2 };

    private readonly string _space = "t" + Guid.NewGuid().ToString("N")[..8];
    private ITestCluster _cluster = null!;
    private MeshModel? _model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await clusters.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_account_of_the_manifests_reads_all_that_the_mesh_needs(bool streamingLists)
    {
        await using var other = await clusters.OpenAsync(new FakeKubeOptions { StreamingLists = streamingLists });
        Assert.SkipWhen(other.IsReal && !streamingLists, "a real server streams lists or not by its version");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "manifests", "rbac"), "*.yaml"))
            await other.ApplyAsync(await File.ReadAllTextAsync(file, Token));
        foreach (var name in new[] { "a", "b", "c", "d", "e" }) await other.ApplyAsync(Service(name, "10.0.0.1"));
        await other.ApplyAsync(Yaml.RemoteSecret("remotes"));
        var access = other.Access(await other.AccountTokenAsync("istio-system", "mesh-gateway"));
        _model = MeshModel.Start([new KubeMeshSource("own", access, _options), new RemoteClusters("own", access, _options)], cancellationToken: Token);

        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        Assert.Equal(["10.0.0.1"], Endpoints("e"));
        Assert.DoesNotContain(_model.Current.Diagnostics, finding => finding.Code.StartsWith("Kube", StringComparison.Ordinal));

        await other.ApplyAsync(Service("e", "10.0.0.2"));
        await Eventually.Holds(() => Endpoints("e") is ["10.0.0.2"], "the change arrives");
    }

    [Fact]
    public async Task An_account_without_rights_is_told_what_to_do()
    {
        _model = MeshModel.Start([new KubeMeshSource("own", _cluster.Access((await _cluster.AddUserAsync("nobody")).Token), _options)], cancellationToken: Token);

        await Eventually.Holds(
            () => _model.Current.Diagnostics.Any(finding => finding.Code == "KubeForbidden" && finding.Message.Contains("manifests/rbac", StringComparison.Ordinal)),
            "the refusal is told");
        Assert.False(_model.Current.Synced);
    }

    [Fact]
    public async Task Nothing_is_lost_over_broken_connections_and_compaction()
    {
        await _cluster.ApplyAsync(Service("a", "10.0.0.1"));
        await _cluster.ApplyAsync(Service("b", "10.0.0.2"));
        _model = MeshModel.Start([new KubeMeshSource("own", _cluster.Access(), _options)], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        var gaps = 0;
        _model.Published += _ => gaps += Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        _cluster.RefuseConnections = true;
        _cluster.BreakConnections();
        await _cluster.DeleteAsync("v1", "Service", _space, "b");
        await _cluster.ApplyAsync(Service("c", "10.0.0.3"));
        await _cluster.ForgetHistoryAsync();
        _cluster.RefuseConnections = false;
        await Eventually.Holds(() => Endpoints("c") is ["10.0.0.3"] && Endpoints("b") is [], "what happened meanwhile is known");

        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task Watches_that_ended_go_on()
    {
        await _cluster.ApplyAsync(Service("a", "10.0.0.1"));
        _model = MeshModel.Start([new KubeMeshSource("own", _cluster.Access(), _options)], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        var gaps = 0;
        _model.Published += _ => gaps += Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        _cluster.EndWatches();
        await _cluster.ApplyAsync(Service("d", "10.0.0.4"));

        await Eventually.Holds(() => Endpoints("d") is ["10.0.0.4"], "the change arrives");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task A_watch_that_went_silent_is_opened_anew()
    {
        _model = MeshModel.Start([new KubeMeshSource("own", _cluster.Access(), _options with { WatchSilence = TimeSpan.FromSeconds(1) })], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");

        _cluster.Silence();
        await _cluster.ApplyAsync(Service("a", "10.0.0.1"));

        await Eventually.Holds(() => Endpoints("a") is ["10.0.0.1"], "the change arrives by a new watch");
    }

    [Fact]
    public async Task A_token_that_is_revoked_is_told_and_another_one_takes_over_without_a_gap()
    {
        await _cluster.ApplyAsync(Service("a", "10.0.0.1"));
        var first = await _cluster.AddUserAsync("first", isAdministrator: true);
        var source = new KubeMeshSource("own", _cluster.Access(first.Token), _options);
        _model = MeshModel.Start([source], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        var gaps = 0;
        _model.Published += _ => gaps += Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        await _cluster.RevokeAsync(first);
        _cluster.BreakConnections();
        await Eventually.Holds(() => _model.Current.Diagnostics.Any(finding => finding.Code == "KubeUnauthorized"), "the refusal is told");
        source.Use(_cluster.Access((await _cluster.AddUserAsync("second", isAdministrator: true)).Token));
        await _cluster.ApplyAsync(Service("b", "10.0.0.2"));

        await Eventually.Holds(() => Endpoints("b") is ["10.0.0.2"], "changes arrive again");
        await Eventually.Holds(() => _model.Current.Diagnostics.All(finding => finding.Code != "KubeUnauthorized"), "the finding goes");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task Machines_are_registered_by_server_side_apply()
    {
        using var writer = new KubeWriter(_cluster.Access());
        using var other = new KubeWriter(_cluster.Access());
        var entry = Entry("10.0.0.9");
        await _cluster.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {_space}}}}}");

        var made = await writer.ApplyAsync(entry, new ApplyOptions("mesh-agent"), Token);
        var again = await writer.ApplyAsync(Entry("10.0.0.8"), new ApplyOptions("mesh-agent"), Token);
        var conflict = await Assert.ThrowsAsync<ApplyConflictException>(() => other.ApplyAsync(Entry("10.0.0.7"), new ApplyOptions("somebody"), Token));
        await other.ApplyAsync(Entry("10.0.0.7"), new ApplyOptions("somebody", Force: true), Token);

        Assert.Equal("10.0.0.9", Assert.IsType<WorkloadEntry>(made).Spec.Address);
        Assert.Equal("10.0.0.8", Assert.IsType<WorkloadEntry>(again).Spec.Address);
        Assert.Contains("mesh-agent", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("10.0.0.7", (string?)(await _cluster.FindAsync("networking.istio.io/v1", "WorkloadEntry", _space, "vm"))!["spec"]!["address"]);

        Assert.False(await writer.DeleteAsync(made with { Metadata = made.Metadata with { Uid = "another" } }, Token));
        Assert.True(await writer.DeleteAsync(made, Token));
        Assert.False(await writer.DeleteAsync(made, Token));
    }

    [Fact]
    public async Task Health_is_written_beside_the_object_and_not_over_somebody_elses()
    {
        using var writer = new KubeWriter(_cluster.Access());
        using var other = new KubeWriter(_cluster.Access());
        await _cluster.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {_space}}}}}");
        await writer.ApplyAsync(Entry("10.0.0.9"), new ApplyOptions("mesh-agent"), Token);
        var healthy = new ApplyOptions("mesh-agent", Subresource: "status");

        await writer.ApplyAsync(WithHealth("True"), healthy, Token);
        var conflict = await Assert.ThrowsAsync<ApplyConflictException>(
            () => other.ApplyAsync(WithHealth("False"), new ApplyOptions("somebody", Subresource: "status"), Token));
        await writer.ApplyAsync(Entry("10.0.0.8"), new ApplyOptions("mesh-agent"), Token);

        Assert.Contains("mesh-agent", conflict.Message, StringComparison.Ordinal);
        var stored = (await _cluster.FindAsync("networking.istio.io/v1", "WorkloadEntry", _space, "vm"))!;
        Assert.Equal("10.0.0.8", (string?)stored["spec"]!["address"]);
        Assert.Equal("True", (string?)stored["status"]!["conditions"]![0]!["status"]);

        MeshObject WithHealth(string status) => (WorkloadEntry)Entry("10.0.0.1") with
        {
            Status = new IstioStatus { Conditions = [new IstioCondition { Type = "Healthy", Status = status }] },
        };
    }

    [Fact]
    public async Task A_token_is_made_for_an_audience()
    {
        await _cluster.ApplyAsync($"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: vm, namespace: {_space}}}}}");
        using var writer = new KubeWriter(_cluster.Access());

        var (token, endsAt) = await writer.CreateTokenAsync(_space, "vm", ["istio-ca"], TimeSpan.FromHours(1), Token);

        var claims = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.Contains("istio-ca", claims, StringComparison.Ordinal);
        Assert.True(endsAt > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task A_lease_is_held_by_one_and_given_to_the_next()
    {
        await _cluster.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {_space}}}}}");
        using var first = new KubeLeaseStore(_cluster.Access(), _space, "collector");
        using var second = new KubeLeaseStore(_cluster.Access(), _space, "collector");
        var one = new LeaderElector(first, new LeaderOptions { Identity = "one" });
        var two = new LeaderElector(second, new LeaderOptions { Identity = "two" });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var run = one.RunAsync(leading => Task.Delay(Timeout.Infinite, leading), stop.Token);
        await Eventually.Holds(() => one.IsLeader, "the first one leads");
        Assert.False(await two.TryAsync(Token));
        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.True(await two.TryAsync(Token));
        Assert.Equal("two", two.Leader);
    }

    private string Service(string name, string address) => Yaml.Service(name, address, _space);

    private MeshObject Entry(string address) => MeshYaml.Read($$$$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: {{{{_space}}}}}
        spec: {address: {{{{address}}}}, serviceAccount: vm}
        """, "test").Objects.Single();

    private string[] Endpoints(string service)
    {
        var view = _model!.Current.ViewFrom(new ProxyScope { Cluster = "own", Namespace = _space });
        return view.FindUpstream(new UpstreamKey($"{service}.{_space}.svc.cluster.local", 80)) is { } upstream
            ? [.. upstream.Endpoints.Select(endpoint => endpoint.Address)]
            : [];
    }
}
