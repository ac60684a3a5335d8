using System.Collections.Concurrent;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Sources;

/// <summary>What becomes of a resolved gateway name as time goes by: an NLB changes its addresses, DNS has its bad days.</summary>
public sealed class NetworkGatewayRefreshTests
{
    private const string Text = """
        {apiVersion: v1, kind: Service, metadata: {name: eastwest, namespace: istio-system, labels: {topology.istio.io/network: n2}}, spec: {ports: [{name: tls, port: 15443}]}, status: {loadBalancer: {ingress: [{hostname: eastwest.elb.example.com}]}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: prod}, spec: {selector: {app: web}, ports: [{name: http, port: 80}]}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: prod, labels: {app: web, security.istio.io/tlsMode: istio, topology.istio.io/network: n2}}, status: {podIP: 10.2.0.1}}
        """;

    private readonly FakeTime time = new();
    private readonly ScriptedLookup lookup;

    public NetworkGatewayRefreshTests() => lookup = new ScriptedLookup(time);

    [Theory]
    [InlineData(null, 30, 1)]
    [InlineData(5, 30, 1)]
    [InlineData(90, 90, 1)]
    [InlineData(86_400, 3_600, 60)]
    public async Task A_name_is_looked_up_again_after_its_time_to_live_within_half_a_minute_and_an_hour(int? timeToLive, int after, int step)
    {
        lookup.Answer = () => new HostLookupResult([IPAddress.Parse("2.2.2.1")], timeToLive is { } ttl ? TimeSpan.FromSeconds(ttl) : null);
        await using var model = Start();

        await AdvanceUntilAsync(() => lookup.AskedAt.Count >= 2, TimeSpan.FromSeconds(step));

        // Never sooner; how much later depends on how the steps of simulated time fall.
        var asked = lookup.AskedAt.ToArray();
        Assert.True(asked[1] - asked[0] >= TimeSpan.FromSeconds(after), $"asked again after {asked[1] - asked[0]}");
    }

    [Fact]
    public async Task New_addresses_take_the_place_of_the_old_ones()
    {
        lookup.Answer = () => new HostLookupResult([IPAddress.Parse("2.2.2.1")]);
        await using var model = Start();
        await AdvanceUntilAsync(() => Addresses(model) is ["2.2.2.1"]);

        lookup.Answer = () => new HostLookupResult([IPAddress.Parse("2.2.2.7"), IPAddress.Parse("2.2.2.8")]);
        await AdvanceUntilAsync(() => Addresses(model) is ["2.2.2.7", "2.2.2.8"]);
    }

    [Fact]
    public async Task The_old_addresses_stay_while_lookups_fail_and_the_failure_is_told_until_it_is_over()
    {
        lookup.Answer = () => new HostLookupResult([IPAddress.Parse("2.2.2.1")]);
        await using var model = Start();
        await AdvanceUntilAsync(() => Addresses(model) is ["2.2.2.1"]);

        lookup.Answer = () => throw new IOException("no answer from DNS");
        await AdvanceUntilAsync(() => IsTold(model));
        Assert.Equal(["2.2.2.1"], Addresses(model));

        lookup.Answer = () => new HostLookupResult([IPAddress.Parse("2.2.2.1")]);
        await AdvanceUntilAsync(() => !IsTold(model));
        Assert.Equal(["2.2.2.1"], Addresses(model));
    }

    private MeshModel Start() => MeshModel.Start([new Fixed()], lookup, null, time);

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan? step = null)
    {
        // Simulated time runs in steps, with room for what each step sets off; the limit is on steps, not on the clock.
        for (var i = 0; i < 5_000; i++)
        {
            if (condition()) return;
            time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"it did not come to that; the name was looked up {lookup.AskedAt.Count} times");
    }

    private static string[] Addresses(MeshModel model) =>
    [
        .. model.Current.ViewFrom(new ProxyScope { Network = "n1" })
            .FindUpstream(new UpstreamKey("web.prod.svc.cluster.local", 80))?.Endpoints.Select(endpoint => endpoint.Address) ?? [],
    ];

    private static bool IsTold(MeshModel model) => model.Current.Diagnostics.Any(finding =>
        finding.Code == "GatewayUnresolved" && finding.Message.Contains("no answer from DNS", StringComparison.Ordinal));

    private sealed class ScriptedLookup(TimeProvider time) : IHostLookup
    {
        public ConcurrentQueue<DateTimeOffset> AskedAt { get; } = new();

        public Func<HostLookupResult> Answer { get; set; } = () => new HostLookupResult([]);

        public Task<HostLookupResult> LookupAsync(string host, CancellationToken cancellationToken)
        {
            AskedAt.Enqueue(time.GetUtcNow());
            return Task.FromResult(Answer());
        }
    }

    private sealed class Fixed : IMeshSource
    {
        public string Name => "fixed";

        public string Cluster => "c";

        public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
        {
            sink.Apply(this, new MeshChanges { Upserts = [.. MeshYaml.Read(Text, "fixed.yaml").Objects], Diagnostics = [], Synced = true });
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
