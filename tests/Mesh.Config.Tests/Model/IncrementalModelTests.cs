using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>What stays the same when something else changes, and when a change becomes a snapshot.</summary>
public sealed class IncrementalModelTests : IAsyncDisposable
{
    private const string Gateway = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec: {selector: {istio: ingress}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: a, namespace: prod}
        spec: {hosts: [shop.example.com], gateways: [istio-system/edge], http: [{route: [{destination: {host: a}}]}]}
        ---

        """;

    private static readonly ProxyScope _edge = new()
    {
        Type = ProxyType.Router,
        Namespace = "istio-system",
        Labels = TestMesh.Labels(("istio", "ingress")),
    };

    private static readonly UpstreamKey _a = new("a.prod.svc.cluster.local", 80);

    private readonly FakeTime _time = new();
    private readonly Source _source = new();
    private readonly MeshModel _model;
    private readonly List<MeshSnapshot> _published = [];

    public IncrementalModelTests()
    {
        _model = new MeshModel([_source], null, _time);
        _model.Published += _published.Add;
    }

    [Fact]
    public void A_changed_sidecar_no_longer_imports_where_the_VirtualServices_of_the_old_one_led()
    {
        static string Sidecar(string host) =>
            $"{{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {{name: s, namespace: shop}}, spec: {{egress: [{{hosts: [\"{host}\"]}}]}}}}\n";
        var shop = new ProxyScope { Cluster = "c", Namespace = "shop" };
        Apply(Gateway + Service("a", "10.0.0.1") + "---\n" + Sidecar("*/shop.example.com"));
        Assert.NotNull(_model.Current.ViewFrom(shop).FindUpstream(_a));

        Apply(Sidecar("*/else.example.com"));

        Assert.Null(_model.Current.ViewFrom(shop).FindUpstream(_a));
    }

    [Fact]
    public void Listeners_and_routes_do_not_care_for_endpoints()
    {
        Apply(Gateway + Service("a", "10.0.0.1"));
        var before = _model.Current.ViewFrom(_edge);
        var (listeners, routes) = (before.Listeners, before.OutboundRoutes(_a.Host, 80));

        Apply(Service("a", "10.0.0.2"));

        var after = _model.Current.ViewFrom(_edge);
        Assert.Equal("10.0.0.2", Assert.Single(after.FindUpstream(_a)!.Endpoints).Address);
        Assert.Equal(listeners, after.Listeners);
        Assert.Same(routes, after.OutboundRoutes(_a.Host, 80));
    }

    [Fact]
    public void A_passthrough_destination_keeps_its_instance_too()
    {
        Apply(Service("a", "10.0.0.1", mtls: true));
        Assert.True(_model.Current.ViewFrom(_edge).TryResolvePassthrough(_a.Sni, ["*.local"], out var before, out _));

        Apply(Service("b", "10.0.0.2", mtls: true));

        Assert.True(_model.Current.ViewFrom(_edge).TryResolvePassthrough(_a.Sni, ["*.local"], out var after, out _));
        Assert.Same(before, after);
    }

    [Fact]
    public void An_object_that_is_touched_without_saying_anything_new_makes_no_snapshot()
    {
        Apply(Service("a", "10.0.0.1"));

        Apply(Service("a", "10.0.0.1"));

        Assert.Single(_published);
    }

    [Fact]
    public void A_view_of_an_old_snapshot_answers_by_its_own_time_even_when_it_is_asked_late()
    {
        Apply(Service("a", "10.0.0.1"));
        var old = _model.Current.ViewFrom(_edge);
        Apply(Service("a", "10.0.0.2"));
        Assert.Equal("10.0.0.2", _model.Current.ViewFrom(_edge).FindUpstream(_a)!.Endpoints[0].Address);

        Assert.Equal("10.0.0.1", old.FindUpstream(_a)!.Endpoints[0].Address);
        Assert.Equal("10.0.0.2", _model.Current.ViewFrom(_edge).FindUpstream(_a)!.Endpoints[0].Address);
    }

    [Fact]
    public void The_network_of_a_cluster_is_that_of_all_its_endpoints_at_once()
    {
        Apply(Service("a", "10.0.0.1") + Namespace("net-1", "one"));
        var first = _model.Current.ViewFrom(_edge).FindUpstream(_a)!;
        Assert.Equal("net-1", first.Endpoints[0].Network);

        Apply(Namespace("net-1", "two"));
        Assert.Same(first, _model.Current.ViewFrom(_edge).FindUpstream(_a));

        Apply(Namespace("net-2", "two"));
        Assert.Equal("net-2", _model.Current.ViewFrom(_edge).FindUpstream(_a)!.Endpoints[0].Network);
    }

    [Fact]
    public void A_finding_goes_with_what_it_was_about()
    {
        Apply(Gateway);
        Assert.Contains(_model.Current.Diagnostics, finding => finding.Code == "DestinationUnknown");

        Apply(Service("a", "10.0.0.1"));
        Assert.DoesNotContain(_model.Current.Diagnostics, finding => finding.Code == "DestinationUnknown");

        _model.Apply(_source, new MeshChanges { Deletes = [new ObjectKey("", "Service", "prod", "a")], Synced = true });
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Contains(_model.Current.Diagnostics, finding => finding.Code == "DestinationUnknown");
    }

    [Fact]
    public void An_idle_mesh_does_not_wait_for_changes_that_do_not_come()
    {
        _model.Apply(_source, new MeshChanges { Upserts = TestMesh.Read(Service("a", "10.0.0.1")), Synced = true });

        _time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Single(_published);
    }

    [Fact]
    public void Changes_that_keep_coming_are_waited_for_but_not_for_ever()
    {
        for (var i = 0; i < 49; i++)
        {
            _model.Apply(_source, new MeshChanges { Upserts = TestMesh.Read(Service("a", $"10.0.0.{i}")), Synced = true });
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Empty(_published);
        }

        _model.Apply(_source, new MeshChanges { Upserts = TestMesh.Read(Service("a", "10.0.1.0")), Synced = true });
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("10.0.1.0", Assert.Single(Assert.Single(_published).ViewFrom(_edge).FindUpstream(_a)!.Endpoints).Address);
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private void Apply(string yaml)
    {
        _model.Apply(_source, new MeshChanges { Upserts = TestMesh.Read(yaml), Synced = true });
        _time.Advance(TimeSpan.FromMilliseconds(100));
    }

    private static string Namespace(string network, string note) =>
        $$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: istio-system, labels: {topology.istio.io/network: {{network}}, note: {{note}} } }
        ---

        """;

    private static string Service(string name, string address, bool mtls = false) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: prod}
        spec: {ports: [{name: http, port: 80, targetPort: 8080}], selector: {app: {{name}} } }
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, namespace: prod, labels: {app: {{name}}{{(mtls ? ", security.istio.io/tlsMode: istio" : "")}} } }
        spec: {containers: [{name: app}]}
        status: {podIP: {{address}}, phase: Running}
        ---

        """;

    private sealed class Source : IMeshSource
    {
        public string Name => "test:eks-a";

        public string Cluster => "eks-a";

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
