using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>What a proxy can break in gRPC.</summary>
public sealed class GrpcTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_server_that_ends_a_stream_ends_it_for_a_client_that_still_sends()
    {
        using var channel = GrpcChannel.ForAddress(mesh.Address);
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await call.RequestStream.WriteAsync(new EchoRequest { FailWith = (int)StatusCode.OutOfRange }, Stop);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Stop));
        Assert.Equal(StatusCode.OutOfRange, error.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("/nowhere.Service/Do", "echo.example", "12", "UNIMPLEMENTED: no route")]
    [InlineData("/mesh.tests.Echo/Unary", "dead.example", "14", "UNAVAILABLE: nobody listens")]
    public async Task An_answer_of_the_gateway_is_headers_only_with_the_status_that_Envoy_gives(string path, string host, string expected, string why)
    {
        await mesh.AddAsync("dead", "GRPC", FreePort.Next(), "retries: {attempts: 0}");
        using var client = new HttpClient();
        using var request = Request(mesh.Address + path, host, new EchoRequest());
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.DoesNotContain(response.Headers.GetValues("grpc-message").Single(), character => character is < ' ' or > '~');
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop));
        Assert.True(!response.TrailingHeaders.Any(), why);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_timeout_of_the_route_shortens_the_deadline_that_the_server_is_told()
    {
        await mesh.AddAsync("hurried", "GRPC", mesh.Backend.Port, "timeout: 2s");
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler("hurried.example") });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Hang = true }, new Metadata { { "echo-id", "hurried" } }, DateTime.UtcNow.AddMinutes(5), Stop));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.True(await mesh.Backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(60), Stop));
        var seen = mesh.Backend.Requests.Single(headers => headers.GetValueOrDefault("echo-id") == "hurried");
        Assert.True(TimeSpan.Parse(seen["grpc-timeout"], System.Globalization.CultureInfo.InvariantCulture) <= TimeSpan.FromSeconds(2));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    [InlineData(-1, StatusCode.Unavailable)]
    public async Task A_stream_that_breaks_off_ends_with_the_status_of_its_cause(int code, StatusCode expected)
    {
        var arrived = new TaskCompletionSource();
        await using var server = await ServerAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Frame([]), context.RequestAborted);
            await arrived.Task.WaitAsync(context.RequestAborted);
            if (code >= 0) context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(code);
            else context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        });
        var name = $"breaking{Math.Abs(code)}";
        await mesh.AddAsync(name, "GRPC", new Uri(server.Urls.First()).Port);
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { HttpHandler = new HostHandler(name + ".example") });
        using var call = new Echo.EchoClient(channel).Download(new EchoRequest(), cancellationToken: Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        arrived.SetResult();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Stop));
        Assert.Equal(expected, error.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("2.0", "application/grpc")]
    [InlineData("1.1", "application/grpc-web")]
    public async Task A_server_that_answers_before_it_has_read_the_request_is_heard(string version, string type)
    {
        using var client = new HttpClient();
        for (var i = 0; i < 200; i++)
        {
            using var request = Request(mesh.Address + "/mesh.tests.Echo/Nothing", "any.example", new EchoRequest { Text = new string('x', i) });
            request.Version = Version.Parse(version);
            request.Content!.Headers.ContentType = new MediaTypeHeaderValue(type);
            using var response = await client.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var message = response.Headers.TryGetValues("grpc-message", out var values) ? values.Single() : "none";
            Assert.Equal("12 Method is unimplemented.", $"{response.Headers.GetValues("grpc-status").Single()} {message}");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Compressed_messages_and_what_says_so_pass_untouched()
    {
        await using var server = await ServerAsync(context =>
        {
            var headers = context.Request.Headers;
            context.Response.Headers["x-seen"] = $"{headers["grpc-encoding"]} {headers["grpc-accept-encoding"]} {headers.TE}";
            return Task.CompletedTask;
        });
        await mesh.AddAsync("zipped", "GRPC", new Uri(server.Urls.First()).Port);
        using var client = new HttpClient();
        using var request = Request(mesh.Address + "/any.Service/Do", "zipped.example", new EchoRequest { Text = "z" });
        request.Headers.Add("grpc-encoding", "gzip");
        request.Headers.Add("grpc-accept-encoding", "gzip,identity");
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal("gzip gzip,identity trailers", Assert.Single(response.Headers.GetValues("x-seen")));
    }

    /// <summary>A megabyte a message; what a slow side has not taken yet must wait at the other side, not in the gateway.</summary>
    [Fact(Timeout = 240_000)]
    public async Task A_large_stream_to_a_slow_reader_waits_at_the_server()
    {
        const int messages = 200;
        using var channel = GrpcChannel.ForAddress(mesh.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var text = new string('x', 1 << 20);
        var before = mesh.Backend.Sent;
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        using var call = new Echo.EchoClient(channel).Download(new EchoRequest { Text = text, Count = messages }, cancellationToken: Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        var waiting = await StandstillAsync(() => mesh.Backend.Sent - before);
        Assert.InRange(waiting, 1, messages / 2);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 100L << 20);

        var read = 1;
        while (await call.ResponseStream.MoveNext(Stop)) read++;
        Assert.Equal(messages, read);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_large_stream_to_a_slow_server_waits_at_the_client()
    {
        const int messages = 200;
        using var channel = GrpcChannel.ForAddress(mesh.Address);
        using var call = new Echo.EchoClient(channel).Upload(cancellationToken: Stop);
        var message = new EchoRequest { Text = new string('x', 1 << 20) };
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        // The server reads nothing after this one until it is let go.
        await call.RequestStream.WriteAsync(new EchoRequest { Hang = true }, Stop);
        Assert.True(await mesh.Backend.Hanging.WaitAsync(TimeSpan.FromSeconds(60), Stop));
        var sent = 0L;
        var sending = Task.Run(
            async () =>
            {
                for (; Interlocked.Read(ref sent) < messages; Interlocked.Increment(ref sent)) await call.RequestStream.WriteAsync(message, Stop);
                await call.RequestStream.CompleteAsync();
            }, Stop);
        Assert.InRange(await StandstillAsync(() => Interlocked.Read(ref sent)), 0, messages / 2);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 100L << 20);
        mesh.Backend.GoOn.Release();
        await sending;
        Assert.Equal($"{(long)messages << 20}", (await call).Text);
    }

    /// <summary>What a count stays at: it has not moved for a second.</summary>
    private static async Task<long> StandstillAsync(Func<long> count)
    {
        var last = count();
        var since = Stopwatch.StartNew();
        while (since.Elapsed < TimeSpan.FromSeconds(1))
        {
            await Task.Delay(20, Stop);
            if (count() is var now && now == last) continue;
            last = now;
            since.Restart();
        }

        return last;
    }

    private static HttpRequestMessage Request(string url, string host, EchoRequest message)
    {
        var content = new ByteArrayContent(Frame(Google.Protobuf.MessageExtensions.ToByteArray(message)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        request.Headers.TE.ParseAdd("trailers");
        return request;
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    private static async Task<WebApplication> ServerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapFallback(answer);
        await app.StartAsync(Stop);
        return app;
    }
}
