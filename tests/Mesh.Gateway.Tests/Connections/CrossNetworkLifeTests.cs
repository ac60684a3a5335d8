using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Config.Model;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>
/// Long calls from one network to another: a client's proxy, a balancer that forgets quiet connections, the east-west port of the
/// gateway, a sidecar. Times are scaled down: where a balancer forgets after 350 s, this one does after some.
/// </summary>
public sealed class CrossNetworkLifeTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TestGateway gateway;
    private readonly FixedIdentity server;
    private readonly FixedIdentity client;
    private EchoBackend backend = null!;
    private MeshProxy sidecar = null!;

    public CrossNetworkLifeTests()
    {
        gateway = new TestGateway(pki);
        server = new FixedIdentity(pki.Workload("payments"));
        client = new FixedIdentity(pki.Workload("legacy-billing"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        sidecar = await MeshProxy.StartSidecarAsync(server, backend.Port);
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes());
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(sidecar.Port));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await sidecar.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_quiet_stream_survives_a_balancer_that_forgets_because_its_proxies_ping()
    {
        await using var balancer = new IdleBalancer(gateway.PassthroughPort);
        await using var proxy = await ClientProxyAsync(balancer.Port, TimeSpan.FromSeconds(1));
        using var channel = GrpcChannel.ForAddress(proxy.Address);
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await AssertEchoAsync(call, "before");
        balancer.Idle = TimeSpan.FromSeconds(6);
        await Task.Delay(balancer.Idle * 1.4, Stop);
        await AssertEchoAsync(call, "after");
        Assert.Equal(0, balancer.Forgotten);
    }

    [Fact(Timeout = 240_000)]
    public async Task Without_pings_the_same_stream_is_forgotten_and_what_is_sent_is_lost()
    {
        await using var balancer = new IdleBalancer(gateway.PassthroughPort);
        await using var proxy = await ClientProxyAsync(balancer.Port, TimeSpan.FromMinutes(10));
        using var channel = GrpcChannel.ForAddress(proxy.Address);
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await AssertEchoAsync(call, "before");
        balancer.Idle = TimeSpan.FromSeconds(1);
        await Task.Delay(balancer.Idle * 1.5, Stop);
        var seen = backend.Requests.Count;
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "lost" }, Stop);
        var answer = call.ResponseStream.MoveNext(Stop);
        await Poll.UntilAsync(() => balancer.Lost > 0, "the balancer to lose a piece");
        Assert.False(answer.IsCompleted);
        Assert.Equal(seen, backend.Requests.Count);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_forgotten_stream_fails_cleanly_by_an_unanswered_ping_and_the_next_call_works()
    {
        await using var balancer = new IdleBalancer(gateway.PassthroughPort);
        await using var proxy = await ClientProxyAsync(balancer.Port, TimeSpan.FromSeconds(1));
        using var channel = GrpcChannel.ForAddress(proxy.Address);
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await AssertEchoAsync(call, "before");
        // The first ping comes after the balancer has forgotten.
        balancer.Idle = TimeSpan.FromMilliseconds(500);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Stop));
        Assert.Equal(1, balancer.Forgotten);
        balancer.Idle = TimeSpan.MaxValue;
        Assert.Equal("again", (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "again" }, cancellationToken: Stop)).Text);
    }

    [Fact(Timeout = 240_000)]
    public async Task Certificates_of_both_ends_are_swapped_for_those_of_another_root_under_an_open_stream()
    {
        await using var proxy = await ClientProxyAsync(gateway.PassthroughPort, TimeSpan.FromSeconds(30));
        using var channel = GrpcChannel.ForAddress(proxy.Address);
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await AssertEchoAsync(call, "before");

        var other = new TestPki("next root");
        server.Replace(other.Workload("payments"));
        client.Replace(other.Workload("legacy-billing"));
        await AssertEchoAsync(call, "the old connection goes on");
        await using var fresh = await ClientProxyAsync(gateway.PassthroughPort, TimeSpan.FromSeconds(30));
        using var second = GrpcChannel.ForAddress(fresh.Address);
        Assert.Equal("new", (await new Echo.EchoClient(second).UnaryAsync(new EchoRequest { Text = "new" }, cancellationToken: Stop)).Text);
        await AssertEchoAsync(call, "and on");
    }

    [Fact(Timeout = 240_000)]
    public async Task A_server_with_the_identity_of_another_service_is_refused()
    {
        server.Replace(pki.Workload("impostor"));
        await using var proxy = await ClientProxyAsync(gateway.PassthroughPort, TimeSpan.FromSeconds(30));
        using var channel = GrpcChannel.ForAddress(proxy.Address);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "secret" }, cancellationToken: Stop));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("spiffe://cluster.local/ns/prod/sa/impostor is not among", error.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(backend.Requests);
    }

    private static async Task AssertEchoAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call, string text)
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        Assert.Equal(text, call.ResponseStream.Current.Text);
    }

    private Task<MeshProxy> ClientProxyAsync(int port, TimeSpan ping)
    {
        var directory = new FakeDirectory();
        var upstream = Meshes.Upstream("payments", [Meshes.Endpoint(port) with { ViaNetwork = "vpc-a" }]);
        directory.Set(upstream with
        {
            Policy = upstream.Policy with { ConnectTimeout = TimeSpan.FromSeconds(30), Http2KeepAlive = new Http2KeepAlivePolicy(ping, TimeSpan.FromSeconds(1)) },
        });
        return MeshProxy.StartClientSideAsync(client, directory, new FakeRoutes().Add("/", Meshes.Route()), edge: false);
    }
}
