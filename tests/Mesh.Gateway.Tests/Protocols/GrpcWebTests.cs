using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>Pages that speak gRPC-Web, in front of an application that speaks gRPC.</summary>
public sealed class GrpcWebTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 240_000)]
    [InlineData("text")]
    [InlineData("binary")]
    public async Task The_npm_package_grpc_web_calls_streams_and_sees_failures(string format) =>
        Check(await ForeignProgram.OutputAsync("node", ForeignProgram.Peer("grpc_web_node.mjs"), mesh.Address, format, GrpcMesh.ProtoFile));

    [Theory(Timeout = 300_000)]
    [InlineData("text")]
    [InlineData("binary")]
    public async Task A_page_of_another_origin_does_so_in_a_browser(string format)
    {
        var script = ForeignProgram.Peer("grpc_web_browser.mjs");
        var chromium = ForeignProgram.Needs("chromium", "chromium");
        var seen = Check(await ForeignProgram.OutputAsync("node", script, chromium, mesh.Address, format, GrpcMesh.ProtoFile));
        if (format == "text") Assert.Equal(3, seen.GetProperty("endless").GetProperty("texts").GetInt32());
        await mesh.LineAsync(line => line is { Method: "OPTIONS", ResponseCodeDetails: "cors_preflight" });
    }

    private static JsonElement Check(string output)
    {
        using var document = JsonDocument.Parse(output);
        var seen = document.RootElement;
        var unary = seen.GetProperty("unary");
        Assert.Equal("héllo", unary.GetProperty("text").GetString());
        Assert.Equal(0, unary.GetProperty("status").GetInt32());
        Assert.Equal("end", unary.GetProperty("trailers").GetProperty("x-trailer").GetString());
        Assert.Equal("b", unary.GetProperty("trailers").GetProperty("echo-a").GetString());
        Assert.Equal(1_000_000, seen.GetProperty("large").GetInt32());
        Assert.Equal(9, seen.GetProperty("failure").GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal("asked to fail", seen.GetProperty("failure").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(20, seen.GetProperty("stream").GetProperty("texts").GetInt32());
        Assert.Equal(0, seen.GetProperty("stream").GetProperty("status").GetInt32());
        Assert.Equal(12, seen.GetProperty("unknown").GetProperty("code").GetInt32());
        return seen.Clone();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", true)]
    public async Task Each_message_is_sent_at_once_and_the_call_ends_with_its_page(string version, bool isText)
    {
        using var client = new HttpClient();
        using var response = await client.SendAsync(
            Request("Download", new EchoRequest { Text = "now", Count = 2, Hang = true }, isText, version),
            HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto", $"{response.Content.Headers.ContentType}");
        await using (var body = await response.Content.ReadAsStreamAsync(Stop))
        {
            var message = Frame(new EchoReply { Text = "now" });
            var expected = isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(message)) : message;
            var received = new byte[expected.Length];
            for (var i = 0; i < 2; i++)
            {
                // The application waits now: whatever it said must be there.
                await body.ReadExactlyAsync(received, Stop);
                Assert.Equal(expected, received);
            }
        }

        response.Dispose();
        Assert.True(await mesh.Backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(60), Stop));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_answer_that_is_not_gRPC_becomes_a_status_with_its_text()
    {
        await using var other = await EchoBackend.StartAsync("other");
        await mesh.AddAsync("page", "HTTP2", other.Port);
        other.Status = () => 403;
        using var client = new HttpClient();
        using var request = Request("x", new EchoRequest(), true, "1.1");
        request.RequestUri = new Uri(mesh.Address + "/somewhere");
        request.Headers.Host = "page.example";
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/grpc-web-text+proto", $"{response.Content.Headers.ContentType}");
        Assert.Equal("7", Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.StartsWith("POST http page.example /somewhere HTTP/2", Assert.Single(response.Headers.GetValues("grpc-message")), StringComparison.Ordinal);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_application_on_an_http_port_gets_what_the_page_sent()
    {
        await using var other = await EchoBackend.StartAsync("other");
        await mesh.AddAsync("own", "HTTP", other.Port);
        using var client = new HttpClient();
        using var request = Request("x", new EchoRequest { Text = "t" }, true, "1.1");
        request.RequestUri = new Uri(mesh.Address + "/somewhere");
        request.Headers.Host = "own.example";
        using var response = await client.SendAsync(request, Stop);
        Assert.EndsWith(Convert.ToBase64String(Frame(new EchoRequest { Text = "t" })), await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("application/grpc-web-text", other.Requests[^1]["content-type"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Text_that_is_not_base64_is_refused_with_a_status()
    {
        using var client = new HttpClient();
        using var request = Request("Unary", new EchoRequest(), true, "1.1");
        request.Content = new StringContent("AAAA!", Encoding.ASCII);
        request.Content.Headers.ContentType = new("application/grpc-web-text");
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal("13", Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.Contains("four%20characters", Uri.EscapeDataString(response.Headers.GetValues("grpc-message").Single()), StringComparison.Ordinal);
    }

    private HttpRequestMessage Request(string method, IMessage message, bool isText, string version)
    {
        var body = Frame(message);
        var content = new ByteArrayContent(isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(body)) : body);
        content.Headers.ContentType = new(isText ? "application/grpc-web-text" : "application/grpc-web+proto");
        return new HttpRequestMessage(HttpMethod.Post, $"{mesh.Address}/mesh.tests.Echo/{method}")
        {
            Content = content,
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static byte[] Frame(IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.CalculateSize());
        message.WriteTo(frame.AsSpan(5));
        return frame;
    }
}
