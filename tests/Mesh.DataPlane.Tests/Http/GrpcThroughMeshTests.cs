using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.DataPlane.Tests.Http;

public sealed class GrpcThroughMeshTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private EchoBackend backend = null!;
    private MeshProxy sidecar = null!;
    private MeshProxy client = null!;
    private GrpcChannel channel = null!;
    private Echo.EchoClient echo = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        backend = await EchoBackend.StartAsync();
        sidecar = await MeshProxy.StartSidecarAsync(new FixedIdentity(pki.Workload("payments")), backend.Port);
        var directory = new FakeDirectory();
        directory.Set(Meshes.Upstream("payments", [Meshes.Endpoint(sidecar.Port)]));
        client = await MeshProxy.StartClientSideAsync(
            new FixedIdentity(pki.Workload("gateway", "istio-system")), directory, new FakeRoutes().Add("/mesh.tests.Echo/", Meshes.Route()));
        channel = GrpcChannel.ForAddress(client.Address);
        echo = new Echo.EchoClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await client.DisposeAsync();
        await sidecar.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task A_unary_call_crosses_mTLS_with_trailers()
    {
        using var call = echo.UnaryAsync(new EchoRequest { Text = "hello" }, cancellationToken: Stop);
        Assert.Equal("hello", (await call).Text);
        Assert.Equal("end", call.GetTrailers().GetValue("x-trailer"));

        var line = await client.Log.NextAsync(_ => true);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/payments", line.UpstreamPeerUriSan);
        Assert.Equal(0, line.GrpcStatus);
        Assert.Equal(1, line.Attempts);
        Assert.Equal("-", line.ResponseFlags);
        Assert.Equal($"127.0.0.1:{sidecar.Port}", line.UpstreamHost);
        Assert.True(line.BytesReceived > 0 && line.BytesSent > 0);
        var next = await sidecar.Log.NextAsync(_ => true);
        Assert.Equal("spiffe://cluster.local/ns/istio-system/sa/gateway", next.DownstreamPeerUriSan);
        Assert.Equal("outbound_.8080_._.echo.prod.svc.cluster.local", next.RequestedServerName);
        Assert.Equal(line.UpstreamLocalAddress, next.DownstreamRemoteAddress);
        Assert.Equal(line.TraceId, next.TraceId);
        Assert.NotNull(line.TraceId);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_bidirectional_stream_is_a_conversation()
    {
        using var call = echo.Chat(cancellationToken: Stop);
        // Response headers come before the client has said anything.
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("x-early"));
        for (var i = 0; i < 5; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" }, Stop);
            Assert.True(await call.ResponseStream.MoveNext(Stop));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Stop));
        Assert.Equal("end", call.GetTrailers().GetValue("x-trailer"));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_failure_arrives_with_its_status_and_message()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await echo.UnaryAsync(new EchoRequest { FailWith = (int)StatusCode.FailedPrecondition }, cancellationToken: Stop));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("asked to fail", error.Status.Detail);
    }

    [Fact(Timeout = 240_000)]
    public async Task Cancellation_reaches_the_server()
    {
        using var call = echo.UnaryAsync(new EchoRequest { Hang = true }, cancellationToken: Stop);
        Assert.True(await backend.Hanging.WaitAsync(TimeSpan.FromSeconds(90), Stop));
        call.Dispose();
        Assert.True(await backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(90), Stop));
        Assert.Equal("DC", (await client.Log.NextAsync(_ => true)).ResponseFlags);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_deadline_ends_the_call_and_is_told_to_the_server()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await echo.UnaryAsync(
            new EchoRequest { Hang = true }, deadline: DateTime.UtcNow.AddMilliseconds(700), cancellationToken: Stop));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.True(await backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(90), Stop));
        Assert.Contains("grpc-timeout", backend.Requests[0].Keys);
    }

    [Fact(Timeout = 240_000)]
    public async Task Large_streams_pass_in_both_directions()
    {
        var text = new string('x', 100_000);
        using var upload = echo.Upload(cancellationToken: Stop);
        for (var i = 0; i < 40; i++) await upload.RequestStream.WriteAsync(new EchoRequest { Text = text }, Stop);
        await upload.RequestStream.CompleteAsync();
        Assert.Equal("4000000", (await upload).Text);

        using var download = echo.Download(new EchoRequest { Text = text, Count = 40 }, cancellationToken: Stop);
        var received = 0;
        await foreach (var reply in download.ResponseStream.ReadAllAsync(Stop)) received += reply.Text.Length;
        Assert.Equal(4_000_000, received);
    }

    [Fact(Timeout = 240_000)]
    public async Task Many_calls_share_one_connection()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(
            async i => Assert.Equal($"{i}", (await echo.UnaryAsync(new EchoRequest { Text = $"{i}" }, cancellationToken: Stop)).Text)));
        await Poll.UntilAsync(() => sidecar.Log.Entries.Count == 50, "all lines");
        Assert.Single(sidecar.Log.Entries.Select(line => line.DownstreamRemoteAddress).Distinct());
    }

    [Fact(Timeout = 240_000)]
    public async Task An_unknown_service_is_unimplemented_and_named()
    {
        var invoker = channel.CreateCallInvoker();
        var method = new Method<EchoRequest, EchoReply>(
            MethodType.Unary, "other.Service", "Do",
            Marshallers.Create(_ => [], _ => new EchoRequest()), Marshallers.Create(_ => [], _ => new EchoReply()));
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await invoker.AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Stop), new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Contains("no route for POST", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_killed_server_in_the_middle_of_a_stream_gives_a_status()
    {
        using var call = echo.Chat(cancellationToken: Stop);
        await call.ResponseHeadersAsync;
        await sidecar.DisposeAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Stop));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }
}
