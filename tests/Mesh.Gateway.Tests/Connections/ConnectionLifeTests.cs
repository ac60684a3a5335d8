using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>How long clients' connections last, and that nothing fails because they end.</summary>
public sealed class ConnectionLifeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 240_000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Old_connections_are_replaced_without_a_failed_request(string version)
    {
        await using var mesh = await EdgeMesh.StartAsync("--max-connection-age", "500ms");
        var connections = 0;
        using var client = Client(mesh, version, () => Interlocked.Increment(ref connections));
        // Every answer is checked while the connection changes beneath.
        while (Volatile.Read(ref connections) < 4)
            Assert.StartsWith("GET ", await client.GetStringAsync(new Uri($"http://127.0.0.1:{mesh.Gateway.HttpPort}/"), Stop), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_stream_on_an_old_connection_goes_on_while_new_calls_open_another()
    {
        await using var mesh = await EdgeMesh.StartAsync("--max-connection-age", "500ms", "--max-connection-age-grace", "5m");
        var connections = 0;
        using var channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{mesh.Gateway.HttpPort}", new GrpcChannelOptions { HttpHandler = Handler(() => Interlocked.Increment(ref connections)) });
        var echo = new Echo.EchoClient(channel);
        using var call = echo.Chat(cancellationToken: Stop);
        await AssertEchoAsync(call, "at the beginning");
        while (Volatile.Read(ref connections) < 2) await echo.UnaryAsync(new EchoRequest { Text = "elsewhere" }, cancellationToken: Stop);
        await AssertEchoAsync(call, "after GOAWAY");
    }

    [Fact(Timeout = 240_000)]
    public async Task A_stream_that_outlasts_the_grace_is_cut_off()
    {
        await using var mesh = await EdgeMesh.StartAsync("--max-connection-age", "500ms", "--max-connection-age-grace", "500ms");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{mesh.Gateway.HttpPort}");
        using var call = new Echo.EchoClient(channel).Chat(cancellationToken: Stop);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Stop));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_connection_ends_in_order_after_its_number_of_requests()
    {
        await using var mesh = await EdgeMesh.StartAsync("--max-requests-per-connection", "3");
        await using var stream = await ConnectAsync(mesh.Gateway.HttpPort);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 3))), Stop);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var text = await reader.ReadToEndAsync(Stop);
        Assert.Equal(3, text.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(1, text.Split("Connection: close").Length - 1);

        var connections = 0;
        using var client = Client(mesh, "2.0", () => Interlocked.Increment(ref connections));
        for (var i = 0; i < 12; i++) await client.GetStringAsync(new Uri($"http://127.0.0.1:{mesh.Gateway.HttpPort}/"), Stop);
        Assert.InRange(connections, 2, 12);
    }

    [Fact(Timeout = 240_000)]
    public async Task Clients_that_are_idle_or_slow_with_their_headers_are_closed()
    {
        await using var mesh = await EdgeMesh.StartAsync("--idle-timeout", "1s", "--request-headers-timeout", "1s");
        await using var slow = await ConnectAsync(mesh.Gateway.HttpPort);
        await slow.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo"u8.ToArray(), Stop);
        await using var idle = await ConnectAsync(mesh.Gateway.HttpPort);
        await idle.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Stop);
        using var first = new StreamReader(slow, Encoding.ASCII);
        using var second = new StreamReader(idle, Encoding.ASCII);
        Assert.Contains("HTTP/1.1 408 Request Timeout", await first.ReadToEndAsync(Stop), StringComparison.Ordinal);
        Assert.EndsWith("/ HTTP/1.1 \r\n0\r\n\r\n", await second.ReadToEndAsync(Stop), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_plain_port_speaks_what_its_client_speaks_however_it_begins()
    {
        await using var mesh = await EdgeMesh.StartAsync();
        var url = $"http://127.0.0.1:{mesh.Gateway.HttpPort}/";
        var curl = ForeignProgram.Needs("curl", "curl");
        string[] quiet = ["-sS", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"];
        Assert.Equal("1.1 200", await ForeignProgram.OutputAsync(curl, [.. quiet, "--http1.1", url]));
        Assert.Equal("2 200", await ForeignProgram.OutputAsync(curl, [.. quiet, "--http2-prior-knowledge", url]));
        // An offer to upgrade may be ignored (RFC 9110 section 7.8), and nobody asks for it any more.
        Assert.Equal("1.1 200", await ForeignProgram.OutputAsync(curl, [.. quiet, "--http2", url]));

        await using var stream = await ConnectAsync(mesh.Gateway.HttpPort);
        foreach (var one in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray())
        {
            await stream.WriteAsync(new[] { one }, Stop);
            await stream.FlushAsync(Stop);
        }

        var settings = new byte[9];
        await stream.ReadExactlyAsync(settings, Stop);
        Assert.Equal(4, settings[3]);
    }

    [Fact(Timeout = 240_000)]
    public async Task Every_kind_of_connection_is_kept_alive_on_both_sides_well_before_a_balancer_forgets()
    {
        await using var mesh = await EdgeMesh.StartAsync("--tcp-keepalive", "40s");
        await using var http = await ConnectAsync(mesh.Gateway.HttpPort);
        await using var tcp = await ConnectAsync(mesh.TcpPort);
        await using var mtls = await ConnectAsync(mesh.Gateway.PassthroughPort);
        await tcp.WriteAsync("x"u8.ToArray(), Stop);
        await tcp.ReadExactlyAsync(new byte[1], Stop);
        var line = await mesh.LineAsync(line => line.UpstreamLocalAddress is not null);
        foreach (var stream in new[] { http, tcp, mtls })
        {
            // The gateway's end of the client's connection.
            await KeepsAliveAsync((IPEndPoint)stream.Socket.RemoteEndPoint!, (IPEndPoint)stream.Socket.LocalEndPoint!);
        }

        await KeepsAliveAsync(IPEndPoint.Parse(line.UpstreamLocalAddress!), IPEndPoint.Parse(line.UpstreamHost!));
    }

    /// <summary>The kernel has a keep-alive timer for the socket, and it is due within the time that was set.</summary>
    private static Task KeepsAliveAsync(IPEndPoint local, IPEndPoint remote) => Poll.UntilAsync(
        () =>
        {
            var table = File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : []);
            var row = table.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(columns =>
                columns[1].EndsWith($":{local.Port:X4}", StringComparison.Ordinal) && columns[2].EndsWith($":{remote.Port:X4}", StringComparison.Ordinal));
            if (row is null) return false;
            var timer = row[5].Split(':');
            return timer[0] == "02" && int.Parse(timer[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and <= 4000;
        },
        $"a keep-alive timer between {local} and {remote}");

    private static HttpClient Client(EdgeMesh mesh, string version, Action connected)
    {
        Assert.NotNull(mesh);
        return new HttpClient(Handler(connected))
        {
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static SocketsHttpHandler Handler(Action connected) => new()
    {
        ConnectCallback = async (context, token) =>
        {
            connected();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task AssertEchoAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call, string text)
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        Assert.Equal(text, call.ResponseStream.Current.Text);
    }
}
