using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Hosting.Tests.Protos;
using Xunit;

namespace Mesh.Hosting.Tests.Networking;

public sealed class CleartextProtocolsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "HTTP/1.1 http False True")]
    [InlineData(2, "HTTP/2 http False True")]
    public async Task One_plain_port_serves_both_protocols_as_plain_http(int version, string expected)
    {
        await using var server = await CleartextServer.StartAsync(Cancel);
        using var client = new HttpClient
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = version == 1 ? HttpVersion.Version11 : HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        Assert.Equal(expected, await client.GetStringAsync("/", Cancel));
        // A second request on the same connection.
        Assert.Equal(expected, await client.GetStringAsync("/", Cancel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_body_of_many_segments_arrives_whole(int version)
    {
        await using var server = await CleartextServer.StartAsync(Cancel);
        using var client = new HttpClient
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = version == 1 ? HttpVersion.Version11 : HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var content = new ByteArrayContent(new byte[1_000_003]);
        using var response = await client.PostAsync("/length", content, Cancel);

        Assert.Equal("1000003", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_bidirectional_grpc_stream_talks_word_by_word_and_ends_with_trailers()
    {
        await using var server = await CleartextServer.StartAsync(Cancel);
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Echo.EchoClient(channel).Talk(cancellationToken: Cancel);

        foreach (var text in new[] { "one", "two", "three" })
        {
            await call.RequestStream.WriteAsync(new Word { Text = text }, Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("all", call.GetTrailers().GetValue("said"));
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_and_begins_like_the_preface_is_http_1()
    {
        await using var server = await CleartextServer.StartAsync(Cancel);
        using var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
        var stream = tcp.GetStream();

        foreach (var one in "PRIVATE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray())
            await stream.WriteAsync(new[] { one }, Cancel);

        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 405", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preface_cut_short_is_closed_and_hurts_nobody()
    {
        await using var server = await CleartextServer.StartAsync(Cancel);
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
            using var reader = new StreamReader(tcp.GetStream());
            await tcp.GetStream().WriteAsync("PRI * HT"u8.ToArray(), Cancel);
            tcp.Client.Shutdown(SocketShutdown.Send);
            // Whatever the answer, the connection ends.
            await reader.ReadToEndAsync(Cancel);
        }

        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.StartsWith("HTTP/1.1", await client.GetStringAsync("/", Cancel), StringComparison.Ordinal);
    }
}
