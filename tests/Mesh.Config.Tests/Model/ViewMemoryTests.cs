using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

/// <summary>What a model remembers about the proxies that ask it, and that it does not remember without end.</summary>
public sealed class ViewMemoryTests : IAsyncDisposable
{
    private static readonly UpstreamKey Web = new("web.example.com", 80);
    private static readonly ProxyScope _often = new() { Namespace = "often" };
    private static readonly ProxyScope _once = new() { Namespace = "once" };

    private readonly FakeTime _time = new();
    private readonly Source _source = new();
    private readonly MeshModel _model;

    public ViewMemoryTests()
    {
        _model = new MeshModel([_source], null, _time);
        Change(0);
    }

    [Fact]
    public void What_is_asked_for_again_and_again_keeps_its_instances_and_what_is_not_is_forgotten()
    {
        var (often, once) = (_model.Current.ViewFrom(_often).FindUpstream(Web), _model.Current.ViewFrom(_once).FindUpstream(Web));
        for (var i = 1; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(6));
            Change(i);
            _model.Current.ViewFrom(_often);
        }

        Assert.Same(often, _model.Current.ViewFrom(_often).FindUpstream(Web));
        // Made anew: nothing was kept for it.
        Assert.NotSame(once, _model.Current.ViewFrom(_once).FindUpstream(Web));
    }

    [Fact]
    public void A_proxy_that_asks_seldom_is_remembered_for_a_while()
    {
        var before = _model.Current.ViewFrom(_once).FindUpstream(Web);
        _time.Advance(TimeSpan.FromMinutes(4));
        Change(1);

        Assert.Same(before, _model.Current.ViewFrom(_once).FindUpstream(Web));
    }

    [Fact]
    public void Too_many_different_proxies_are_answered_but_not_remembered()
    {
        for (var i = 0; i < 3000; i++)
        {
            var scope = new ProxyScope { Namespace = i.ToString(CultureInfo.InvariantCulture) };
            Assert.Single(_model.Current.ViewFrom(scope).FindUpstream(Web)!.Endpoints);
        }

        var last = new ProxyScope { Namespace = "2999" };
        Assert.NotSame(_model.Current.ViewFrom(last), _model.Current.ViewFrom(last));
        var first = new ProxyScope { Namespace = "0" };
        Assert.Same(_model.Current.ViewFrom(first), _model.Current.ViewFrom(first));
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private void Change(int number)
    {
        _source.Apply(_model, $$$"""
            {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: web, namespace: prod}, spec: {hosts: [web.example.com], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.1}]}}
            ---
            {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: other, namespace: prod}, spec: {hosts: [other.example.com], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.1.{{{number}}}}]}}
            """);
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    private sealed class Source : IMeshSource
    {
        public string Name => "test";

        public string Cluster => "c";

        public void Apply(MeshModel model, string yaml) => model.Apply(this, new MeshChanges { Upserts = TestMesh.Read(yaml), Synced = true });

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
