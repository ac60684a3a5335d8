using System.Net;
using System.Net.WebSockets;
using System.Text;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>HTTP/1.1 on one side and HTTP/2 on the other, and what only HTTP/1.1 has.</summary>
public sealed class BridgingTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>, IAsyncLifetime
{
    private WebApplication server = null!;
    private int Port => new Uri(server.Urls.First()).Port;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttp1OrHttp2Cleartext()));
        server = builder.Build();
        server.UseWebSockets();
        server.Map("/ws", EchoWebSocketAsync);
        server.MapMethods("/head", ["HEAD"], (HttpContext context) => { context.Response.ContentLength = 12345; });
        server.MapFallback(async context =>
        {
            var response = context.Response;
            response.Headers["x-protocol"] = context.Request.Protocol;
            response.Headers["x-framing"] = $"{context.Request.ContentLength}{context.Request.Headers.TransferEncoding}";
            response.Headers["x-te"] = context.Request.Headers.TE;
            var length = 0L;
            var buffer = new byte[16384];
            while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read) length += read;
            await response.WriteAsync($"{length} bytes", context.RequestAborted);
            if (response.SupportsTrailers()) response.AppendTrailer("x-sum", $"{length}");
        });
        await server.StartAsync(Stop);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory(Timeout = 120_000)]
    [InlineData("1.1", "HTTP", "HTTP/1.1")]
    [InlineData("1.1", "HTTP2", "HTTP/2")]
    [InlineData("2.0", "HTTP", "HTTP/1.1")]
    [InlineData("2.0", "HTTP2", "HTTP/2")]
    public async Task Bodies_of_known_and_unknown_length_and_trailers_pass_between_versions(string version, string protocol, string upstream)
    {
        var name = $"bridge-{version[0]}-{protocol.ToLowerInvariant()}";
        await mesh.AddAsync(name, protocol, Port);
        using var client = new HttpClient();
        foreach (var isKnown in new[] { true, false })
        {
            HttpContent content = isKnown ? new ByteArrayContent(new byte[300_000]) : new StreamContent(new Endless(300_000));
            using var request = Request(HttpMethod.Post, name, "/body", version, content);
            request.Headers.TE.ParseAdd("trailers");
            if (version == "1.1") request.Headers.Connection.Add("TE");
            using var response = await client.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(Version.Parse(version), response.Version);
            Assert.Equal("300000 bytes", await response.Content.ReadAsStringAsync(Stop));
            Assert.Equal(upstream, Header("x-protocol"));
            Assert.Equal((isKnown, protocol) switch { (true, _) => "300000", (_, "HTTP") => "chunked", _ => "" }, Header("x-framing"));
            Assert.Equal("trailers", Header("x-te"));
            // HTTP/1.1 has no trailers here, on neither side; Envoy has none by default.
            var trailers = response.TrailingHeaders.Select(trailer => $"{trailer.Key}: {trailer.Value.Single()}");
            Assert.Equal((version, protocol) == ("2.0", "HTTP2") ? ["x-sum: 300000"] : [], trailers);

            string Header(string header) => response.Headers.TryGetValues(header, out var values) ? values.Single() : "";
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("1.1", "HTTP2")]
    [InlineData("2.0", "HTTP")]
    public async Task An_answer_to_HEAD_has_the_length_and_no_body(string version, string protocol)
    {
        var name = $"head-{version[0]}";
        await mesh.AddAsync(name, protocol, Port);
        using var client = new HttpClient();
        using var request = Request(HttpMethod.Head, name, "/head", version, null);
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal(12345, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_client_that_waits_for_100_continue_gets_it_before_it_sends()
    {
        await mesh.AddAsync("waits", "HTTP2", Port);
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, mesh.Gateway.HttpPort, Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            "POST /body HTTP/1.1\r\nHost: waits.example\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(Stop));
        await stream.WriteAsync("body"u8.ToArray(), Stop);
        var rest = await reader.ReadToEndAsync(Stop);
        Assert.Contains("HTTP/1.1 200 OK", rest, StringComparison.Ordinal);
        Assert.Contains("4 bytes", rest, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_websocket_is_a_conversation()
    {
        await mesh.AddAsync("socket", "HTTP", Port);
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("Host", "socket.example");
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{mesh.Gateway.HttpPort}/ws"), Stop);
        var buffer = new byte[100];
        foreach (var text in new[] { "one", "two" })
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, true, Stop);
            var received = await client.ReceiveAsync(buffer, Stop);
            Assert.Equal(text, Encoding.ASCII.GetString(buffer, 0, received.Count));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Stop);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    private static async Task EchoWebSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private HttpRequestMessage Request(HttpMethod method, string name, string path, string version, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, mesh.Address + path)
        {
            Content = content,
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = name + ".example";
        return request;
    }

    /// <summary>A body whose length nobody knows before its end.</summary>
    private sealed class Endless(int length) : Stream
    {
        private int left = length;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Math.Min(count, left);
            left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
