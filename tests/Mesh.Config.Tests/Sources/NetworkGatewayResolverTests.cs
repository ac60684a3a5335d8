using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Sources;

/// <summary>Network gateways that are given as host names, as every AWS load balancer is.</summary>
public sealed class NetworkGatewayResolverTests
{
    private const string Host = "eastwest.elb.example.com";

    private const string Text = """
        {apiVersion: v1, kind: Service, metadata: {name: eastwest, namespace: istio-system, labels: {topology.istio.io/network: n2}}, spec: {ports: [{name: tls, port: 15443}]}, status: {loadBalancer: {ingress: [{hostname: EastWest.elb.example.com}]}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: prod, labels: {app: web, security.istio.io/tlsMode: istio, topology.istio.io/network: n2}}, status: {podIP: 10.2.0.1}}
        """;

    [Fact]
    public void A_host_name_that_has_not_been_resolved_is_reported_and_asked_for()
    {
        var snapshot = TestMesh.Load(("c", Text));

        Assert.Equal([Host], snapshot.GatewayHostNames);
        Assert.Contains(snapshot.Diagnostics, finding => finding.Code == "GatewayUnusable" && finding.Message.Contains(Host, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_address_of_the_name_is_a_gateway()
    {
        await using var mesh = new Mesh();
        await mesh.AnswerAsync("2.2.2.1", "2.2.2.2");

        Assert.Equal(["2.2.2.1", "2.2.2.2"], mesh.Endpoints().Select(endpoint => endpoint.Address));
        Assert.DoesNotContain(mesh.Model.Current.Diagnostics, finding => finding.Code == "GatewayUnusable");
    }

    /// <summary>A model with a resolver whose lookups the test answers.</summary>
    private sealed class Mesh : IHostLookup, IAsyncDisposable
    {
        private readonly FakeTime _time = new();
        private readonly SemaphoreSlim _asked = new(0);
        private readonly SemaphoreSlim _applied = new(0);
        private readonly CancellationTokenSource _stop = new();
        private readonly NetworkGatewayResolver _resolver;
        private readonly Task _running;
        private TaskCompletionSource<HostLookupResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Mesh()
        {
            _resolver = new NetworkGatewayResolver(this, _time);
            var source = new Static();
            Model = new MeshModel([source, _resolver], null, _time);
            Model.Published += _resolver.Follow;
            source.ApplyTo(Model);
            _running = _resolver.RunAsync(new Sink(this), _stop.Token);
            Advance(TimeSpan.FromSeconds(1));
        }

        public MeshModel Model { get; }

        public ImmutableArray<ProxyEndpoint> Endpoints() => Model.Current.ViewFrom(new ProxyScope { Network = "n1" })
            .FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))!.Endpoints;

        public void Advance(TimeSpan by) => _time.Advance(by);

        public async Task<HostLookupResult> LookupAsync(string host, CancellationToken cancellationToken)
        {
            Assert.Equal(Host, host);
            var answer = _answer.Task;
            _asked.Release();
            return await answer.WaitAsync(cancellationToken);
        }

        public Task AnswerAsync(params string[] addresses) => CompleteAsync(answer =>
            answer.SetResult(new HostLookupResult([.. addresses.Select(IPAddress.Parse)])));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            await Model.DisposeAsync();
            _stop.Dispose();
            _asked.Dispose();
            _applied.Dispose();
        }

        private async Task CompleteAsync(Action<TaskCompletionSource<HostLookupResult>> complete)
        {
            await _asked.WaitAsync(TestContext.Current.CancellationToken);
            var answer = _answer;
            _answer = new TaskCompletionSource<HostLookupResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            complete(answer);
            await _applied.WaitAsync(TestContext.Current.CancellationToken);
            // The debounce of the model.
            Advance(TimeSpan.FromMilliseconds(100));
        }

        private sealed class Sink(Mesh mesh) : IMeshSink
        {
            private bool _first = true;

            public void Apply(IMeshSource source, MeshChanges changes)
            {
                mesh.Model.Apply(source, changes);
                // The first only says that nobody has to wait.
                if (!_first) mesh._applied.Release();
                _first = false;
            }
        }

        private sealed class Static : IMeshSource
        {
            public string Name => "test";

            public string Cluster => "c";

            public void ApplyTo(MeshModel model) =>
                model.Apply(this, new MeshChanges { Upserts = TestMesh.Read(Text), Diagnostics = [], Synced = true });

            public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
        }
    }
}
