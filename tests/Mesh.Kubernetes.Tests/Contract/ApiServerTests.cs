using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.FakeKube;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Sources;
using Mesh.Kubernetes.Tests.Support;
using Mesh.Kubernetes.Writing;

namespace Mesh.Kubernetes.Tests.Contract;

/// <summary>Over TLS, against an API server that answers as a real one.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private static readonly KubeSourceOptions _options = new() { MinBackoff = TimeSpan.FromMilliseconds(20), PageSize = 2 };

    private FakeKubeServer _server = null!;
    private MeshModel? _model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await FakeKubeServer.StartAsync(cancellation: Token);

    public async ValueTask DisposeAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_account_of_the_manifests_reads_all_that_the_mesh_needs(bool streamingLists)
    {
        await using var other = await FakeKubeServer.StartAsync(new FakeKubeOptions { StreamingLists = streamingLists }, Token);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "manifests", "rbac"), "*.yaml")) other.Apply(await File.ReadAllTextAsync(file, Token));
        foreach (var name in new[] { "a", "b", "c", "d", "e" }) other.Apply(Yaml.Service(name, "10.0.0.1"));
        other.Apply(Yaml.RemoteSecret("remotes"));
        var access = Access(other, other.ServiceAccountToken("istio-system", "mesh-gateway"));
        _model = MeshModel.Start([new KubeMeshSource("own", access, _options), new RemoteClusters("own", access, _options)], cancellationToken: Token);

        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        Assert.Equal(["10.0.0.1"], Endpoints("e"));
        Assert.DoesNotContain(_model.Current.Diagnostics, finding => finding.Code.StartsWith("Kube", StringComparison.Ordinal));

        other.Apply(Yaml.Service("e", "10.0.0.2"));
        await Eventually.Holds(() => Endpoints("e") is ["10.0.0.2"], "the change arrives");
    }

    [Fact]
    public async Task An_account_without_rights_is_told_what_to_do()
    {
        _model = MeshModel.Start([new KubeMeshSource("own", Access(_server, _server.AddUser("nobody")), _options)], cancellationToken: Token);

        await Eventually.Holds(
            () => _model.Current.Diagnostics.Any(finding => finding.Code == "KubeForbidden" && finding.Message.Contains("manifests/rbac", StringComparison.Ordinal)),
            "the refusal is told");
        Assert.False(_model.Current.Synced);
    }

    [Fact]
    public async Task Nothing_is_lost_over_broken_connections_and_compaction()
    {
        _server.Apply(Yaml.Service("a", "10.0.0.1"));
        _server.Apply(Yaml.Service("b", "10.0.0.2"));
        _model = MeshModel.Start([new KubeMeshSource("own", Access(_server), _options)], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        var gaps = 0;
        _model.Published += _ => gaps += Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        _server.Faults.RefuseConnections = true;
        _server.Faults.BreakConnections();
        _server.Delete("v1", "Service", "prod", "b");
        _server.Apply(Yaml.Service("c", "10.0.0.3"));
        _server.Faults.ExpireResourceVersions();
        _server.Faults.RefuseConnections = false;
        await Eventually.Holds(() => Endpoints("c") is ["10.0.0.3"] && Endpoints("b") is [], "what happened meanwhile is known");

        _server.Faults.EndWatches();
        _server.Apply(Yaml.Service("d", "10.0.0.4"));
        await Eventually.Holds(() => Endpoints("d") is ["10.0.0.4"], "watches that ended go on");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task A_watch_that_went_silent_is_opened_anew()
    {
        _model = MeshModel.Start([new KubeMeshSource("own", Access(_server), _options with { WatchSilence = TimeSpan.FromSeconds(1) })], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");

        _server.Faults.SilenceWatches();
        _server.Apply(Yaml.Service("a", "10.0.0.1"));

        await Eventually.Holds(() => Endpoints("a") is ["10.0.0.1"], "the change arrives by a new watch");
    }

    [Fact]
    public async Task A_token_that_is_revoked_is_told_and_another_one_takes_over_without_a_gap()
    {
        _server.Apply(Yaml.Service("a", "10.0.0.1"));
        var token = _server.AddUser("first", ["system:masters"]);
        var source = new KubeMeshSource("own", Access(_server, token), _options);
        _model = MeshModel.Start([source], cancellationToken: Token);
        await Eventually.Holds(() => _model.Current.Synced, "the mesh syncs");
        var gaps = 0;
        _model.Published += _ => gaps += Endpoints("a") is ["10.0.0.1"] ? 0 : 1;

        _server.RevokeToken(token);
        _server.Faults.BreakConnections();
        await Eventually.Holds(() => _model.Current.Diagnostics.Any(finding => finding.Code == "KubeUnauthorized"), "the refusal is told");
        source.Use(Access(_server, _server.AddUser("second", ["system:masters"])));
        _server.Apply(Yaml.Service("b", "10.0.0.2"));

        await Eventually.Holds(() => Endpoints("b") is ["10.0.0.2"], "changes arrive again");
        await Eventually.Holds(() => _model.Current.Diagnostics.All(finding => finding.Code != "KubeUnauthorized"), "the finding goes");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task Machines_are_registered_by_server_side_apply()
    {
        using var writer = new KubeWriter(Access(_server));
        using var other = new KubeWriter(Access(_server));
        var entry = Entry("10.0.0.9");
        _server.Apply("{apiVersion: v1, kind: Namespace, metadata: {name: prod}}");

        var made = await writer.ApplyAsync(entry, new ApplyOptions("mesh-agent"), Token);
        var again = await writer.ApplyAsync(Entry("10.0.0.8"), new ApplyOptions("mesh-agent"), Token);
        var conflict = await Assert.ThrowsAsync<ApplyConflictException>(() => other.ApplyAsync(Entry("10.0.0.7"), new ApplyOptions("somebody"), Token));
        await other.ApplyAsync(Entry("10.0.0.7"), new ApplyOptions("somebody", Force: true), Token);

        Assert.Equal("10.0.0.9", Assert.IsType<WorkloadEntry>(made).Spec.Address);
        Assert.Equal("10.0.0.8", Assert.IsType<WorkloadEntry>(again).Spec.Address);
        Assert.Contains("mesh-agent", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("10.0.0.7", (string?)_server.Get("networking.istio.io/v1", "WorkloadEntry", "prod", "vm")!["spec"]!["address"]);

        Assert.False(await writer.DeleteAsync(made with { Metadata = made.Metadata with { Uid = "another" } }, Token));
        Assert.True(await writer.DeleteAsync(made, Token));
        Assert.False(await writer.DeleteAsync(made, Token));
    }

    [Fact]
    public async Task Health_is_written_beside_the_object_and_not_over_somebody_elses()
    {
        using var writer = new KubeWriter(Access(_server));
        using var other = new KubeWriter(Access(_server));
        _server.Apply("{apiVersion: v1, kind: Namespace, metadata: {name: prod}}");
        await writer.ApplyAsync(Entry("10.0.0.9"), new ApplyOptions("mesh-agent"), Token);
        var healthy = new ApplyOptions("mesh-agent", Subresource: "status");

        await writer.ApplyAsync(WithHealth("True"), healthy, Token);
        var conflict = await Assert.ThrowsAsync<ApplyConflictException>(
            () => other.ApplyAsync(WithHealth("False"), new ApplyOptions("somebody", Subresource: "status"), Token));
        await writer.ApplyAsync(Entry("10.0.0.8"), new ApplyOptions("mesh-agent"), Token);

        Assert.Contains("mesh-agent", conflict.Message, StringComparison.Ordinal);
        var stored = _server.Get("networking.istio.io/v1", "WorkloadEntry", "prod", "vm")!;
        Assert.Equal("10.0.0.8", (string?)stored["spec"]!["address"]);
        Assert.Equal("True", (string?)stored["status"]!["conditions"]![0]!["status"]);

        static MeshObject WithHealth(string status) => (WorkloadEntry)Entry("10.0.0.1") with
        {
            Status = new IstioStatus { Conditions = [new IstioCondition { Type = "Healthy", Status = status }] },
        };
    }

    [Fact]
    public async Task A_token_is_made_for_an_audience()
    {
        _server.Apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: vm, namespace: prod}}");
        using var writer = new KubeWriter(Access(_server));

        var (token, endsAt) = await writer.CreateTokenAsync("prod", "vm", ["istio-ca"], TimeSpan.FromHours(1), Token);

        var claims = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.Contains("istio-ca", claims, StringComparison.Ordinal);
        Assert.True(endsAt > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task A_lease_is_held_by_one_and_given_to_the_next()
    {
        using var first = new KubeLeaseStore(Access(_server), "istio-system", "collector");
        using var second = new KubeLeaseStore(Access(_server), "istio-system", "collector");
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

    private static ClusterAccess Access(FakeKubeServer server, string? token = null) => KubeconfigAccess.FromText(server.Kubeconfig(token), "test");

    private static MeshObject Entry(string address) => MeshYaml.Read($$$$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: prod}
        spec: {address: {{{{address}}}}, serviceAccount: vm}
        """, "test").Objects.Single();

    private string[] Endpoints(string service)
    {
        var view = _model!.Current.ViewFrom(new ProxyScope { Cluster = "own", Namespace = "prod" });
        return view.FindUpstream(new UpstreamKey($"{service}.prod.svc.cluster.local", 80)) is { } upstream
            ? [.. upstream.Endpoints.Select(endpoint => endpoint.Address)]
            : [];
    }
}
