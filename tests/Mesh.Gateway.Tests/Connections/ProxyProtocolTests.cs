using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>A balancer at 127.0.0.5 is believed when it says who the client is; nobody else is.</summary>
public sealed class ProxyProtocolTests(ProxyProtocolTests.Behind behind) : IClassFixture<ProxyProtocolTests.Behind>
{
    private const string Balancer = "127.0.0.5";
    private static readonly byte[] Signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
    private readonly EdgeMesh mesh = behind.Mesh;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_client_that_the_balancer_names_is_in_the_headers_and_in_the_log()
    {
        await using var stream = await ConnectAsync(mesh.Gateway.HttpPort, Balancer);
        await stream.WriteAsync("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"u8.ToArray(), Stop);
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(stream));
        Assert.Equal("192.0.2.7", mesh.Web.Requests[^1]["x-forwarded-for"]);
        Assert.Equal("192.0.2.7:56324", (await mesh.LineAsync(line => line.DownstreamLocalAddress == "198.51.100.1:443")).DownstreamRemoteAddress);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_binary_header_with_extensions_in_small_pieces_before_TLS_is_understood()
    {
        await using var stream = await ConnectAsync(mesh.Gateway.HttpsPort, Balancer);
        byte[] addresses = [.. IPAddress.Parse("2001:db8::7").GetAddressBytes(), .. IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0x12, 0x34, 1, 187];
        byte[] header = [.. Signature, 0x21, 0x21, 0, 43, .. addresses, 4, 0, 4, 1, 2, 3, 4];
        foreach (var one in header)
        {
            await stream.WriteAsync(new[] { one }, Stop);
            await stream.FlushAsync(Stop);
        }

        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = mesh.Pki.ChainPolicy() }, Stop);
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(tls));
        Assert.Equal("2001:db8::7", mesh.Web.Requests[^1]["x-forwarded-for"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_balancers_own_connections_and_unknown_clients_keep_the_balancers_address()
    {
        foreach (var header in new[] { [.. Signature, 0x20, 0, 0, 0], "PROXY UNKNOWN\r\n"u8.ToArray() })
        {
            await using var stream = await ConnectAsync(mesh.Gateway.HttpPort, Balancer);
            await stream.WriteAsync(header, Stop);
            Assert.Equal("HTTP/1.1 200 OK", await GetAsync(stream));
            Assert.Equal(Balancer, mesh.Web.Requests[^1]["x-forwarded-for"]);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_tcp_port_takes_exactly_the_header_off()
    {
        await using var stream = await ConnectAsync(mesh.TcpPort, Balancer);
        await stream.WriteAsync("PROXY TCP4 192.0.2.9 198.51.100.1 1 2\r\nhello"u8.ToArray(), Stop);
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer, Stop);
        Assert.Equal("hello", Encoding.ASCII.GetString(answer));
        var line = await mesh.LineAsync(line => line.Kind == AccessLogKind.TcpConnected);
        Assert.Equal("192.0.2.9:1", line.DownstreamRemoteAddress);
        Assert.Equal("198.51.100.1:2", line.DownstreamLocalAddress);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_balancer_without_a_header_is_closed_with_a_line_that_says_why()
    {
        foreach (var port in new[] { mesh.Gateway.HttpPort, mesh.Gateway.HttpsPort, mesh.TcpPort, mesh.Gateway.PassthroughPort })
        {
            await using var stream = await ConnectAsync(port, Balancer);
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Stop);
            Assert.True(await EndsAsync(stream));
            await mesh.LineAsync(line => line.Kind == AccessLogKind.Refused && line.DownstreamLocalAddress == $"127.0.0.1:{port}"
                && line.ResponseCodeDetails == "the connection does not begin with a PROXY protocol header");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_client_that_nobody_trusts_cannot_name_another()
    {
        var before = mesh.Web.Requests.Count;
        await using var lying = await ConnectAsync(mesh.Gateway.HttpPort, "127.0.0.6");
        await lying.WriteAsync("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"u8.ToArray(), Stop);
        Assert.NotEqual("HTTP/1.1 200 OK", await GetAsync(lying));
        Assert.Equal(before, mesh.Web.Requests.Count);
        await using var honest = await ConnectAsync(mesh.Gateway.HttpPort, "127.0.0.6");
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(honest));
        Assert.Equal("127.0.0.6", mesh.Web.Requests[^1]["x-forwarded-for"]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    [InlineData("send-proxy-v2-ssl-cn")]
    public async Task HAProxy_in_front_names_its_client(string option)
    {
        await using var haproxy = await HaProxy.StartAsync(mesh.Gateway.HttpPort, $"{option} source {Balancer}");
        await using var stream = await ConnectAsync(haproxy.Port, "127.0.0.77");
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(stream));
        Assert.Equal("127.0.0.77", mesh.Web.Requests[^1]["x-forwarded-for"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Curl_may_be_the_balancer()
    {
        var curl = ForeignProgram.Needs("curl", "curl");
        var (code, output, error) = await ForeignProgram.RunAsync(
            curl, "-sS", "--interface", Balancer, "--haproxy-protocol", $"http://127.0.0.1:{mesh.Gateway.HttpPort}/");
        Assert.True(code == 0, error);
        Assert.StartsWith("GET ", output, StringComparison.Ordinal);
        var (second, _, _) = await ForeignProgram.RunAsync(curl, "-sS", "--interface", Balancer, $"http://127.0.0.1:{mesh.Gateway.HttpPort}/");
        Assert.NotEqual(0, second);
    }

    private static async Task<NetworkStream> ConnectAsync(int port, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The status line.</summary>
    private static async Task<string?> GetAsync(Stream stream)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Stop);
        using var reader = new StreamReader(stream, leaveOpen: true);
        try
        {
            return await reader.ReadLineAsync(Stop);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<bool> EndsAsync(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], Stop) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The gateway behind the balancer.</summary>
    public sealed class Behind : IAsyncLifetime
    {
        public EdgeMesh Mesh { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Mesh = await EdgeMesh.StartAsync("--proxy-protocol", Balancer);

        public ValueTask DisposeAsync() => Mesh.DisposeAsync();
    }
}
