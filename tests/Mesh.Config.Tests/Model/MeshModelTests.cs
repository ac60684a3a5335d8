using Mesh.Config.Model;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

public sealed class MeshModelTests
{
    private static readonly ProxyScope Scope = new() { Namespace = "prod" };
    private static readonly UpstreamKey A = new("a.prod.svc.cluster.local", 80);
    private static readonly UpstreamKey B = new("b.prod.svc.cluster.local", 80);

    private readonly FakeTime _time = new();
    private readonly ManualSource _first = new("eks-a");
    private readonly ManualSource _second = new("eks-b");

    [Fact]
    public void Nothing_is_synced_before_every_source_is()
    {
        var model = new MeshModel([_first, _second], null, _time);
        Assert.False(model.Current.Synced);

        _first.Apply(model, Service("a", "10.0.0.1"));
        Flush();
        Assert.False(model.Current.Synced);
        Assert.NotNull(model.Current.ViewFrom(Scope).FindUpstream(A));

        _second.Apply(model, "");
        Flush();
        Assert.True(model.Current.Synced);
        Assert.True(model.WaitSyncedAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    [Fact]
    public void After_the_deadline_the_mesh_is_served_without_the_missing_source_and_says_so()
    {
        var model = new MeshModel([_first, _second], new MeshModelOptions { SyncDeadline = TimeSpan.FromSeconds(30) }, _time);
        _first.Apply(model, Service("a", "10.0.0.1"));
        Flush();
        Assert.False(model.Current.Synced);

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.True(model.Current.Synced);
        Assert.Contains("test:eks-b", Assert.Single(model.Current.Diagnostics, d => d.Code == "SourceNotSynced").Message, StringComparison.Ordinal);
        _second.Apply(model, "");
        Flush();
        Assert.DoesNotContain(model.Current.Diagnostics, diagnostic => diagnostic.Code == "SourceNotSynced");
    }

    [Fact]
    public void Who_serves_nothing_before_all_is_there_gets_findings_first_and_objects_at_once()
    {
        var model = new MeshModel(
            [_first, _second], new MeshModelOptions { WaitsForSources = true, SyncDeadline = TimeSpan.FromSeconds(30) }, _time);
        _first.Apply(model, Service("a", "10.0.0.1"));
        Flush();
        Assert.False(model.Current.Synced);
        Assert.Null(model.Current.ViewFrom(Scope).FindUpstream(A));

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Contains(model.Current.Diagnostics, finding => finding.Code == "SourceNotSynced");
        Assert.NotNull(model.Current.ViewFrom(Scope).FindUpstream(A));
        _first.Apply(model, Service("a", "10.0.0.2"));
        Flush();
        Assert.Equal("10.0.0.2", Assert.Single(model.Current.ViewFrom(Scope).FindUpstream(A)!.Endpoints).Address);
    }

    [Fact]
    public void Changes_that_come_together_are_one_snapshot()
    {
        var model = new MeshModel([_first], null, _time);
        var published = new List<long>();
        model.Published += snapshot => published.Add(snapshot.Version);

        for (var i = 0; i < 100; i++) _first.Apply(model, Service("a", $"10.0.0.{i}"));
        Assert.Empty(published);
        Flush();

        Assert.Equal([1], published);
        Assert.Equal("10.0.0.99", Assert.Single(model.Current.ViewFrom(Scope).FindUpstream(A)!.Endpoints).Address);
    }

    [Fact]
    public void What_a_change_does_not_touch_keeps_its_instance()
    {
        var model = new MeshModel([_first], null, _time);
        _first.Apply(model, Service("a", "10.0.0.1") + "---\n" + Service("b", "10.0.0.2"));
        Flush();
        var before = model.Current.ViewFrom(Scope);
        var (a, b) = (before.FindUpstream(A), before.FindUpstream(B));

        _first.Apply(model, Service("b", "10.0.0.3"));
        Flush();

        // The scope is told again, as another instance with the same content.
        var after = model.Current.ViewFrom(Scope with { Labels = TestMesh.Labels() });
        Assert.NotSame(before, after);
        Assert.Same(a, after.FindUpstream(A));
        Assert.NotSame(b, after.FindUpstream(B));
        Assert.Equal("10.0.0.2", Assert.Single(b!.Endpoints).Address);
        Assert.Equal("10.0.0.3", Assert.Single(after.FindUpstream(B)!.Endpoints).Address);
    }

    [Fact]
    public void A_view_is_computed_once_per_snapshot_and_scope()
    {
        var model = new MeshModel([_first], null, _time);

        Assert.Same(model.Current.ViewFrom(Scope), model.Current.ViewFrom(Scope with { Labels = TestMesh.Labels() }));
    }

    [Fact]
    public void Two_sources_of_one_cluster_with_the_same_object_are_reported_and_the_first_wins()
    {
        var other = new ManualSource("eks-a");
        var model = new MeshModel([_first, other], null, _time);
        _first.Apply(model, Service("a", "10.0.0.1"));
        other.Apply(model, Service("a", "10.0.0.2"));
        Flush();

        Assert.Contains(model.Current.Diagnostics, diagnostic => diagnostic.Code == "DuplicateObject");
        Assert.Equal("10.0.0.1", Assert.Single(model.Current.ViewFrom(Scope).FindUpstream(A)!.Endpoints).Address);
    }

    [Fact]
    public async Task A_source_that_fails_keeps_its_state_is_reported_and_tried_again()
    {
        var source = new FailingSource();
        await using var model = MeshModel.Start([source], new MeshModelOptions { Debounce = TimeSpan.Zero }, cancellationToken: TestContext.Current.CancellationToken);

        await Until(model, snapshot => snapshot.Diagnostics.Any(d => d.Code == "SourceFailed" && d.Message.Contains("the wire was cut", StringComparison.Ordinal)));
        Assert.NotNull(model.Current.ViewFrom(Scope).FindUpstream(A));

        await Until(model, snapshot => snapshot.Diagnostics.IsEmpty);
        Assert.Equal(2, source.Runs);
    }

    [Fact]
    public async Task Files_become_snapshots()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-model-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "a.yaml"), Service("a", "10.0.0.1"), TestContext.Current.CancellationToken);
            await using var model = MeshModel.Start([new FolderSource(folder, "eks-a")], cancellationToken: TestContext.Current.CancellationToken);
            var snapshot = await model.WaitSyncedAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(snapshot.ViewFrom(Scope).FindUpstream(A));

            await File.WriteAllTextAsync(Path.Combine(folder, "b.yaml"), Service("b", "10.0.0.2"), TestContext.Current.CancellationToken);

            await Until(model, next => next.ViewFrom(Scope).FindUpstream(B) is not null);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Flush() => _time.Advance(TimeSpan.FromMilliseconds(50));

    private static async Task Until(MeshModel model, Func<MeshSnapshot, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Check(MeshSnapshot snapshot)
        {
            if (condition(snapshot)) reached.TrySetResult();
        }

        model.Published += Check;
        Check(model.Current);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        model.Published -= Check;
    }

    private static string Service(string name, string address) =>
        $$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{{name}}}, namespace: prod}
        spec: {ports: [{name: http, port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: {{{name}}}, namespace: prod, labels: {kubernetes.io/service-name: {{{name}}}}}
        addressType: IPv4
        ports: [{name: http, port: 8080}]
        endpoints: [{addresses: ["{{{address}}}"]}]

        """;

    private sealed class ManualSource(string cluster) : IMeshSource
    {
        public string Name => $"test:{cluster}";

        public string Cluster => cluster;

        public void Apply(MeshModel model, string yaml) => model.Apply(this, new MeshChanges
        {
            Upserts = TestMesh.Read(yaml),
            Synced = true,
        });

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailingSource : IMeshSource
    {
        public int Runs { get; private set; }

        public string Name => "test:failing";

        public string Cluster => "eks-a";

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
        {
            sink.Apply(this, new MeshChanges { Upserts = TestMesh.Read(Service("a", "10.0.0.1")), Synced = true });
            return ++Runs == 1
                ? throw new IOException("the wire was cut")
                : Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
